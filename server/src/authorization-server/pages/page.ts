/** The two frames that pages stand in: the door (sign in, errors) and the page with a head. Landmarks, skip link, one h1 in `main`. */
import { type Brand, helpHref } from './brand.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { icons } from './icons.ts';
import { texts } from './texts.ts';

export interface Frame {
  /** Without the hospital's name, and never with a patient's. */
  readonly title: string;
  readonly brand: Brand;
}

export function helpLine(brand: Brand): Html {
  const href = helpHref(brand);
  return href === undefined ? html`<span class="num">${brand.helpLine}</span>` : html`<a href="${href}">${brand.helpLine}</a>`;
}

/** A quiet panel with the hospital's name, and beside it what there is to do. */
export function doorPage(frame: Frame & { readonly say?: Html }, main: HtmlValue): Html {
  return documentOf(
    frame,
    html`<div class="door">
  <header class="panel">
    <span class="brand">${icons.hospital} ${frame.brand.name}</span>
    ${icons.screen}
    <div class="say small">
      ${frame.say}
      <p>${texts.help(helpLine(frame.brand))}</p>
    </div>
  </header>
  <div class="side">
    <main id="main"><div>${main}</div></main>
    ${foot(frame.brand)}
  </div>
</div>`,
  );
}

/** A page with the hospital and the signed-in person on top. */
export function headedPage(frame: Frame & { readonly person: string }, main: HtmlValue): Html {
  return documentOf(
    frame,
    html`<header class="top"><div>
    <span class="brand">${icons.hospital} ${frame.brand.name}</span>
    <div class="who"><span class="name">${frame.person}</span> <a href="/sign-out">${texts.signOut.link}</a></div>
  </div></header>
  <main id="main"><div class="wrap">${main}</div></main>
  ${foot(frame.brand)}`,
  );
}

function foot(brand: Brand): Html {
  return html`<footer class="foot"><div>
    <span class="help">${texts.help(helpLine(brand))}</span>
    <span class="mark">${icons.fireguard} ${texts.protected}</span>
  </div></footer>`;
}

function documentOf(frame: Frame, body: Html): Html {
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${frame.title} – ${frame.brand.name}</title>
  <link rel="stylesheet" href="/fireguard.css">
</head>
<body>
  <a class="skip" href="#main">${texts.skip}</a>
  ${body}
</body>
</html>
`;
}

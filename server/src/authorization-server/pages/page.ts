/** The two frames that pages stand in: the door (sign in, errors) and the page with a head that leads to a person's own pages. Landmarks, skip link, one h1 in `main`. */
import { type Brand, helpHref } from './brand.ts';
import { type GlassBar, glassBar } from './glass-bar.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { icons } from './icons.ts';

export interface Frame {
  /** Without the hospital's name, and never with a patient's. */
  readonly title: string;
  readonly brand: Brand;
  /** The page's one script; only the passkey pages have one. */
  readonly script?: Html | undefined;
  /** The glass that its reader has open. */
  readonly glass?: GlassBar | undefined;
  /** The page can be had again by GET, in another language. */
  readonly speaks?: boolean;
}

export function helpLine(brand: Brand): Html {
  const href = helpHref(brand);
  return href === undefined ? html`<span class="num">${brand.helpLine}</span>` : html`<a href="${href}">${brand.helpLine}</a>`;
}

/** A quiet panel with the hospital's name, and beside it what there is to do. */
export function doorPage(frame: Frame & { readonly say?: Html }, main: HtmlValue): Html {
  return documentOf(
    frame,
    html`${glassBar(frame.glass, frame.brand)}
<div class="door">
  <header class="panel">
    ${mark(frame.brand)}
    ${icons.screen}
    <div class="say small">
      ${frame.say}
      <p>${frame.brand.language.texts.help(helpLine(frame.brand))}</p>
    </div>
  </header>
  <div class="side">
    <main id="main"><div>${main}</div></main>
    ${foot(frame)}
  </div>
</div>`,
  );
}

/** A page with the hospital and the signed-in person on top. */
export function headedPage(
  frame: Frame & {
    readonly person: string;
    /** INVARIANT: asked for here, so that no page with a person on it forgets the bar. */
    readonly glass: GlassBar | undefined;
    readonly links?: boolean;
    readonly emergency?: boolean;
  },
  main: HtmlValue,
): Html {
  const { texts } = frame.brand.language;
  return documentOf(
    frame,
    html`<header class="top"><div>
    ${mark(frame.brand)}
    <div class="who"><span class="name">${frame.person}</span>
      ${frame.links === true && html`<a href="/my-apps">${texts.account.apps}</a> <a href="/who-looked">${texts.looked.title}</a> <a href="/account">${texts.account.title}</a>`}
      <a href="/sign-out">${texts.signOut.link}</a></div>
  </div></header>
  ${glassBar(frame.glass, frame.brand)}
  <main id="main"><div class="wrap">${main}</div></main>
  ${foot(frame)}`,
    frame.emergency,
  );
}

function mark(brand: Brand): Html {
  return html`<span class="brand">${brand.logo ?? icons.hospital} ${brand.name}</span>`;
}

function foot({ brand, speaks }: Frame): Html {
  const { texts } = brand.language;
  const others = speaks === true ? brand.languages.filter(({ code }) => code !== brand.language.code) : [];
  return html`<footer class="foot"><div>
    <span class="help">${texts.help(helpLine(brand))}</span>
    ${brand.privacy !== undefined && html`<a href="${brand.privacy}">${texts.privacy}</a>`}
    ${brand.accessibility !== undefined && html`<a href="${brand.accessibility}">${texts.accessibility}</a>`}
    ${others.map(({ code, name }) => html`<a href="?lang=${code}" lang="${code}" hreflang="${code}">${name}</a>`)}
    <span class="mark">${icons.fireguard} ${texts.protected}</span>
  </div></footer>`;
}

function documentOf(frame: Frame, body: Html, emergency?: boolean): Html {
  const { code, direction, texts } = frame.brand.language;
  return html`<!doctype html>
<html lang="${code}" dir="${direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${frame.title} – ${frame.brand.name}</title>
  <link rel="stylesheet" href="/fireguard.css">
</head>
<body${emergency === true && html` class="emergency"`}>
  <a class="skip" href="#main">${texts.skip}</a>
  ${body}
  ${frame.script}
</body>
</html>
`;
}

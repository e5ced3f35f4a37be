/** Setting up a second step: choosing one, the authenticator app's page, and the recovery codes that are shown once. */
import type { Brand } from './brand.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { doorPage } from './page.ts';
import { field, problemBox } from './problem-box.ts';
import { qrPicture } from './qr-picture.ts';

export interface EnrolPage {
  readonly brand: Brand;
  readonly person: string;
  /** Where `?way=…` leads on. */
  readonly step: string;
}

export function enrolPage(page: EnrolPage & { readonly passkeys: boolean }): Html {
  const text = page.brand.language.texts.enrol;
  return doorPage(
    { title: text.title, brand: page.brand },
    html`
      <p class="eyebrow">${icons.person} ${page.person}</p>
      <h1>${text.title}</h1>
      <p class="lead">${text.lead}</p>
      <div class="stack">
        <div><a class="btn wide" href="${page.step}?way=app" aria-describedby="app-hint">${icons.phone} ${text.withApp}</a><p class="hint" id="app-hint">${text.withAppHint}</p></div>
 ${
   page.passkeys &&
   html`
        <div><a class="btn second wide" href="${page.step}?way=passkey" aria-describedby="passkey-hint">${icons.key} ${text.withPasskey}</a><p class="hint" id="passkey-hint">${text.withPasskeyHint}</p></div>`
 }
        <p><a href="${page.step}?way=other">${page.brand.language.texts.code.notYou}</a></p>
      </div>`,
  );
}

export interface EnrolAppPage extends EnrolPage {
  readonly action: string;
  readonly csrf: string;
  /** The shared secret in base32, its `otpauth:` address, and itself sealed, to come back with the form. */
  readonly secret: string;
  readonly uri: string;
  readonly sealed: string;
  readonly wrong: boolean;
  /** Where somebody is signed in already. */
  readonly glass?: GlassBar | undefined;
}

export function enrolAppPage(page: EnrolAppPage): Html {
  const { texts } = page.brand.language;
  const text = texts.enrol;
  const problem = page.wrong
    ? { heading: text.problemHeading, summary: text.appWrong, field: 'code', advice: text.appWrongField }
    : undefined;
  return doorPage(
    { title: page.wrong ? texts.problemTitle(text.problemTitle) : text.appTitle, brand: page.brand, glass: page.glass },
    html`
      ${problemBox(problem)}
      <p class="eyebrow">${icons.person} ${page.person}</p>
      <h1>${text.appTitle}</h1>
      <p class="lead">${text.appScan}</p>
      <form class="stack" method="post" action="${page.action}">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="hidden" name="sealed" value="${page.sealed}">
        ${qrPicture(page.uri, text.picture)}
        <details><summary>${text.appType}</summary>
          <p class="small">${text.appTypeWhat}</p>
          <p class="mono secret">${page.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</p>
          <p class="small"><a href="${page.uri}">${text.appOpen}</a></p>
        </details>
        ${field(
          page.brand,
          { id: 'code', label: text.appCode },
          problem,
          (more) =>
            html`<input class="code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="6" pattern="[0-9]{6}"${more} required>`,
        )}
        <button class="btn wide">${text.appButton}</button>
        <p><a href="${page.step}">${texts.passkey.back}</a></p>
      </form>`,
  );
}

export function recoveryCodesPage(page: {
  readonly brand: Brand;
  readonly person: string;
  readonly codes: readonly string[];
  /** Where somebody is signed in already. */
  readonly glass?: GlassBar | undefined;
  /** Where to go on: a form with its token, or a link. */
  readonly next: { readonly action: string; readonly csrf: string } | string;
}): Html {
  const text = page.brand.language.texts.enrol;
  return doorPage(
    { title: text.codesTitle, brand: page.brand, glass: page.glass },
    html`
      <p class="eyebrow">${icons.person} ${page.person}</p>
      <h1>${text.codesTitle}</h1>
      <p class="lead">${text.codesLead}</p>
      <div class="stack">
        <ol class="codes mono">${page.codes.map((code) => html`<li>${code}</li>`)}</ol>
        ${
          typeof page.next === 'string'
            ? html`<a class="btn wide" href="${page.next}">${text.codesButton}</a>`
            : html`<form method="post" action="${page.next.action}"><input type="hidden" name="csrf" value="${page.next.csrf}"><button class="btn wide">${text.codesButton}</button></form>`
        }
      </div>`,
  );
}

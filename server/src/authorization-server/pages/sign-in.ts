/** Sign in. The same page answers a failure, with what was typed kept, but never the password. */
import type { Brand } from './brand.ts';
import { clockTimeFrom } from './dates.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { doorPage, helpLine } from './page.ts';
import { field, type PageProblem, problemBox } from './problem-box.ts';

export type SignInProblem =
  /** Unknown name, wrong password, disabled person: one text. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'busy' }
  /** Another provider did not say who it is, or said somebody whom nobody has linked. */
  | { readonly kind: 'external' | 'unlinked'; readonly provider: string };

export interface SignInPage {
  readonly brand: Brand;
  readonly issuer: string;
  readonly app: string;
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly problem: SignInProblem | undefined;
  /** Other ways in: where each leads. */
  readonly passkeyAt: string | undefined;
  readonly providers: readonly { readonly name: string; readonly at: string }[];
}

export function signInPage(page: SignInPage): Html {
  const { texts } = page.brand.language;
  const text = texts['sign-in'];
  const problem = page.problem === undefined ? undefined : wordsOf(page.problem, page.brand);
  return doorPage(
    {
      title: problem === undefined ? text.title : texts.problemTitle(text.problemTitle),
      brand: page.brand,
      speaks: true,
      say: html`<p>${texts.addressBar(page.issuer)}</p>`,
    },
    html`
      ${problemBox(problem)}
      <h1>${text.title}</h1>
      <p class="lead">${text.thenApp(page.app)}</p>
      <form class="stack" method="post" action="${page.action}">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <div class="field">
          <label for="username">${text.username}</label>
          <input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" value="${page.username}" required>
        </div>
        ${field(
          page.brand,
          { id: 'password', label: text.password },
          problem,
          (more) =>
            html`<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000"${more} required>`,
        )}
        <div class="tick plain">
          <input id="remember" name="remember" type="checkbox" value="yes"><label for="remember">${text.remember}</label>
          <p class="hint">${text.rememberHint}</p>
        </div>
        <button class="btn wide">${text.button}</button>
        <details><summary>${text.cannot}</summary><p class="small">${text.cannotWhat(helpLine(page.brand))}</p></details>
        ${(page.passkeyAt !== undefined || page.providers.length > 0) && html`<p class="or">${text.or}</p>`}
        <div class="stack-s">
          ${page.passkeyAt !== undefined && html`<a class="btn second wide" href="${page.passkeyAt}">${icons.key} ${text.usePasskey}</a>`}
          ${page.providers.map(({ name, at }) => html`<a class="btn second wide" href="${at}">${icons.person} ${text.useProvider(name)}</a>`)}
        </div>
      </form>`,
  );
}

function wordsOf(problem: SignInProblem, brand: Brand): PageProblem {
  const text = brand.language.texts['sign-in'];
  const about = { heading: text.problemHeading, field: 'password' };
  switch (problem.kind) {
    case 'mismatch':
      return { ...about, summary: text.mismatch, advice: text.mismatchField };
    case 'wait': {
      const time = html`<time>${clockTimeFrom(problem.until, brand)}</time>`;
      return { ...about, summary: text.wait(time), advice: text.waitField };
    }
    case 'busy':
      return { ...about, summary: text.busy, advice: text.busyField };
    case 'external':
      return { ...about, summary: text.external(problem.provider), advice: text.externalField };
    case 'unlinked':
      return { ...about, summary: text.unlinked(problem.provider), advice: text.externalField };
  }
}

/** Sign in. The same page answers a failure, with what was typed kept, but never the password. */
import type { Brand } from './brand.ts';
import { timeOfDay } from './dates.ts';
import { type Html, html } from './html.ts';
import { doorPage, helpLine } from './page.ts';
import { texts } from './texts.ts';

export type SignInProblem =
  /** Unknown name, wrong password, disabled person: one text. */
  { readonly kind: 'mismatch' } | { readonly kind: 'wait'; readonly until: number } | { readonly kind: 'busy' };

export interface SignInPage {
  readonly brand: Brand;
  readonly issuer: string;
  readonly app: string;
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly problem: SignInProblem | undefined;
}

const text = texts['sign-in'];

export function signInPage(page: SignInPage): Html {
  const problem = page.problem === undefined ? undefined : wordsOf(page.problem);
  return doorPage(
    {
      title: problem === undefined ? text.title : texts.problemTitle(text.problemTitle),
      brand: page.brand,
      say: html`<p>${texts.addressBar(page.issuer)}</p>`,
    },
    html`
      ${
        problem !== undefined &&
        html`<div class="problems" role="alert" tabindex="-1" autofocus id="problems">
        <h2>${text.problemHeading}</h2>
        <p><a href="#password">${problem.summary}</a></p>
      </div>`
      }
      <h1>${text.title}</h1>
      <p class="lead">${text.thenApp(page.app)}</p>
      <form class="stack" method="post" action="${page.action}">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <div class="field">
          <label for="username">${text.username}</label>
          <input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" value="${page.username}" required>
        </div>
        ${passwordField(problem?.field)}
        <div class="tick plain">
          <input id="remember" name="remember" type="checkbox" value="yes"><label for="remember">${text.remember}</label>
          <p class="hint">${text.rememberHint}</p>
        </div>
        <button class="btn wide">${text.button}</button>
        <details><summary>${text.cannot}</summary><p class="small">${text.cannotWhat(helpLine(page.brand))}</p></details>
      </form>`,
  );
}

function passwordField(problem: string | undefined): Html {
  const input = (more: Html) =>
    html`<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000"${more} required>`;
  if (problem === undefined)
    return html`<div class="field"><label for="password">${text.password}</label>${input(html``)}</div>`;
  return html`<div class="field has-problem">
          <label for="password">${text.password}</label>
          <p class="problem" id="password-problem"><span class="hide">${text.problem}</span>${problem}</p>
          ${input(html` aria-invalid="true" aria-describedby="password-problem"`)}
        </div>`;
}

function wordsOf(problem: SignInProblem): { readonly summary: Html | string; readonly field: string } {
  switch (problem.kind) {
    case 'mismatch':
      return { summary: text.mismatch, field: text.mismatchField };
    case 'wait':
      return { summary: text.wait(html`<time>${timeOfDay(problem.until)}</time>`), field: text.waitField };
    case 'busy':
      return { summary: text.busy, field: text.busyField };
  }
}

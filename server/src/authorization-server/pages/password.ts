/** Change your password: the old one, the new one twice. Nothing typed comes back. */
import type { Brand } from './brand.ts';
import { clockTimeFrom } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { headedPage } from './page.ts';
import { field, type PageProblem, problemBox } from './problem-box.ts';

export type PasswordProblem =
  | { readonly kind: 'wrong-old' | 'short' | 'own-name' | 'breached' | 'differ' }
  | { readonly kind: 'wait'; readonly until: number };

export interface PasswordPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly username: string;
  readonly csrf: string;
  readonly problem: PasswordProblem | undefined;
}

export function passwordPage(page: PasswordPage): Html {
  const { brand } = page;
  const { texts } = brand.language;
  const text = texts.password;
  const problem = page.problem === undefined ? undefined : wordsOf(page.problem, brand);
  const input = (id: string, complete: 'current-password' | 'new-password') => (more: Html) =>
    html`<input id="${id}" name="${id}" type="password" autocomplete="${complete}" maxlength="1000"${more} required>`;
  return headedPage(
    {
      title: problem === undefined ? text.title : texts.problemTitle(text.problemTitle),
      brand,
      person: page.person,
      glass: page.glass,
      links: true,
    },
    html`${problemBox(problem)}
      <h1>${text.title}</h1>
      <p class="lead">${text.lead}</p>
      <form class="stack narrow" method="post" action="/account/password">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="text" name="username" value="${page.username}" autocomplete="username" hidden>
        ${field(brand, { id: 'old', label: text.old }, problem, input('old', 'current-password'))}
        ${field(brand, { id: 'new', label: text.new, hint: text.newHint }, problem, input('new', 'new-password'))}
        ${field(brand, { id: 'again', label: text.again }, problem, input('again', 'new-password'))}
        <button class="btn wide">${text.button}</button>
        <p><a href="/account">${texts.passkey.back}</a></p>
      </form>`,
  );
}

function wordsOf(problem: PasswordProblem, brand: Brand): PageProblem {
  const text = brand.language.texts.password;
  const heading = text.problemHeading;
  switch (problem.kind) {
    case 'wrong-old':
      return { heading, summary: text.wrongOld, field: 'old', advice: text.wrongOldField };
    case 'wait':
      return { heading, summary: text.wait(html`<time>${clockTimeFrom(problem.until, brand)}</time>`), field: 'old' };
    case 'short':
      return { heading, summary: text.short, field: 'new', advice: text.shortField };
    case 'breached':
      return { heading, summary: text.breached, field: 'new', advice: text.breachedField };
    case 'own-name':
      return { heading, summary: text.ownName, field: 'new', advice: text.ownNameField };
    case 'differ':
      return { heading, summary: text.differ, field: 'again', advice: text.differField };
  }
}

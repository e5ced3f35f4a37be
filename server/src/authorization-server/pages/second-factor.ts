/** The second step: a code from the phone, or one of the recovery codes. Other ways that the person has are offered below. */
import type { Brand } from './brand.ts';
import { clockTimeFrom } from './dates.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { doorPage, helpLine } from './page.ts';
import { field, type PageProblem, problemBox } from './problem-box.ts';

export type CodeProblem = { readonly kind: 'wrong' } | { readonly kind: 'wait'; readonly until: number };
export type SecondWay = 'app' | 'passkey' | 'recovery';

export interface SecondFactorPage {
  readonly brand: Brand;
  readonly person: string;
  readonly way: 'app' | 'recovery';
  /** What this person has. */
  readonly ways: readonly SecondWay[];
  /** Address of the login step. */
  readonly step: string;
  readonly csrf: string;
  readonly problem: CodeProblem | undefined;
}

export function secondFactorPage(page: SecondFactorPage): Html {
  const { texts } = page.brand.language;
  const text = texts.code;
  const recovery = page.way === 'recovery';
  const problem = page.problem === undefined ? undefined : wordsOf(page.problem, page);
  const title = recovery ? text.recoveryTitle : text.title;
  const input = (more: Html) =>
    recovery
      ? html`<input id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40"${more} required>`
      : html`<input class="code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="6" pattern="[0-9]{6}"${more} required>`;
  return doorPage(
    {
      title: problem === undefined ? title : texts.problemTitle(text.problemTitle),
      brand: page.brand,
      speaks: true,
      say: html`<p>${text.neverAsk}</p>`,
    },
    html`
      ${problemBox(problem)}
      <p class="eyebrow">${icons.person} ${page.person}</p>
      <h1>${title}</h1>
      <p class="lead">${recovery ? text.recoveryLead : text.lead(page.brand.name)}</p>
      <form class="stack" method="post" action="${page.step}/${recovery ? 'recovery-code' : 'code'}">
        <input type="hidden" name="csrf" value="${page.csrf}">
        ${field(page.brand, { id: 'code', label: text.label, hint: recovery ? text.recoveryHint : text.hint }, problem, input)}
        <button class="btn wide">${text.button}</button>
        ${otherWays(page)}
        <p><a href="${page.step}?way=other">${text.notYou}</a></p>
        ${recovery && html`<details><summary>${text.lost}</summary><p class="small">${text.lostWhat(helpLine(page.brand))}</p></details>`}
      </form>`,
  );
}

/** The other ways, as links: looking changes nothing. */
export function otherWays(page: {
  readonly brand: Brand;
  readonly way: SecondWay;
  readonly ways: readonly SecondWay[];
  readonly step: string;
}): Html | undefined {
  const text = page.brand.language.texts.code;
  const names = { app: text.useApp, passkey: text.usePasskey, recovery: text.useRecovery };
  const others = page.ways.filter((way) => way !== page.way);
  if (others.length === 0) return undefined;
  return html`<p class="or">${text.or}</p>
        <div class="stack-s">
          ${others.map((way) => html`<a class="btn second wide" href="${page.step}?way=${way}">${way === 'passkey' && icons.key} ${names[way]}</a>`)}
        </div>`;
}

function wordsOf(problem: CodeProblem, page: SecondFactorPage): PageProblem {
  const text = page.brand.language.texts.code;
  const about = { heading: text.problemHeading, field: 'code' };
  switch (problem.kind) {
    case 'wrong':
      return { ...about, summary: text.wrong, advice: page.way === 'app' ? text.wrongField : text.wrongRecoveryField };
    case 'wait': {
      const time = html`<time>${clockTimeFrom(problem.until, page.brand)}</time>`;
      return { ...about, summary: text.wait(time), advice: text.waitField };
    }
  }
}

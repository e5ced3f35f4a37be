/** Asking the privacy office about one entry: which, what it gets, who is not told. Nothing is sent before the button. */
import type { Brand } from './brand.ts';
import { clockTime, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage } from './page.ts';
import { problemBox } from './problem-box.ts';
import { type Look, lookBody } from './who-looked.ts';

export interface AskAboutPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly csrf: string;
  readonly look: Look;
  /** What was typed. */
  readonly typed: string;
  readonly most: number;
  /** Too many wait for an answer. */
  readonly tooMany: boolean;
}

export function askAboutPage(page: AskAboutPage): Html {
  const { brand, look } = page;
  const { texts } = brand.language;
  const text = texts.looked;
  const problem = page.tooMany ? { heading: text.notSent, summary: text.tooMany, field: 'question' } : undefined;
  return headedPage(
    {
      title: problem === undefined ? text.askTitle : texts.problemTitle(text.askTitle),
      brand,
      person: page.person,
      glass: page.glass,
      links: true,
    },
    html`<form class="cols" method="post" action="/who-looked/ask">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="hidden" name="entry" value="${look.entry}">
        <div class="stack-l">
          ${problemBox(problem)}
          <div>
            <h1>${text.askTitle}</h1>
            <p class="lead">${text.askLead}</p>
          </div>
          <ul class="rows"><li class="look${look.emergency !== undefined && ' is-broken'}"><span class="when"><time>${longDate(look.at, brand)}, ${clockTime(look.at, brand)}</time></span><div class="body">${lookBody(look, brand)}</div></li></ul>
          <div class="field"><label for="question">${text.question}</label><p class="hint" id="question-hint">${text.questionHint}</p>
          <textarea id="question" name="question" rows="4" maxlength="${page.most}" aria-describedby="question-hint">${page.typed}</textarea></div>
          <div class="btns fill"><button class="btn">${text.send}</button> <a class="btn second" href="/who-looked">${text.askBack}</a></div>
        </div>
        <aside class="stack" aria-label="${text.willHappen}">
          <h2>${text.willHappen}</h2>
          <ul class="points">
            <li>${icons.person}<div>${text.officeGets}</div></li>
            <li>${icons.lock}<div>${text.nobodyTold}</div></li>
          </ul>
        </aside>
      </form>`,
  );
}

/** The passkey pages: using one, and making one. The only pages with a script; without it they say so and lead back. */
import type { Brand } from './brand.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { doorPage } from './page.ts';
import { passkeyScript } from './passkey-script.ts';
import { problemBox } from './problem-box.ts';
import { otherWays, type SecondWay } from './second-factor.ts';

export interface PasskeyPage {
  readonly brand: Brand;
  /** Undefined: whoever the passkey belongs to. */
  readonly person: string | undefined;
  readonly make: boolean;
  /** JSON for the browser. */
  readonly options: string;
  readonly action: string;
  readonly csrf: string;
  readonly failed: boolean;
  /** The passkey alone signs in, whoever's it is. */
  readonly alone: boolean;
  /** Where "Go back" leads, and where the other ways are; `ways` is what this person has. */
  readonly step: string;
  readonly otherAt: string;
  readonly ways: readonly SecondWay[];
  /** Where somebody is signed in already. */
  readonly glass?: GlassBar | undefined;
}

export function passkeyPage(page: PasskeyPage): Html {
  const { texts } = page.brand.language;
  const text = texts.passkey;
  const title = page.make ? texts.enrol.passkeyTitle : text.title;
  return doorPage(
    {
      title: page.failed ? texts.problemTitle(text.problemTitle) : title,
      brand: page.brand,
      glass: page.glass,
      script: passkeyScript,
    },
    html`
      ${page.failed && problemBox({ heading: text.problemHeading, summary: page.make ? texts.enrol.passkeyWrong : text.wrong, field: 'ask' })}
      ${page.person !== undefined && html`<p class="eyebrow">${icons.person} ${page.person}</p>`}
      <h1>${title}</h1>
      <p class="lead">${page.make ? texts.enrol.passkeyLead : text.lead}</p>
      <p class="note" id="unable">${text.unable}</p>
      <p class="note" id="not-done" role="status" tabindex="-1" hidden>${text.notDone}</p>
      <form class="stack" method="post" action="${page.action}" data-options="${page.options}">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="hidden" name="answer" value="">
        ${page.alone && html`<input type="hidden" name="alone" value="yes">`}
        <button class="btn wide" id="ask" disabled>${icons.key} ${page.make ? texts.enrol.passkeyButton : text.button}</button>
        ${!page.make && otherWays({ ...page, step: page.otherAt, way: 'passkey' })}
        <p><a href="${page.step}">${text.back}</a></p>
      </form>`,
  );
}

/** What an app that stays connected may use from now on: its ticks, all of them on, to be taken off. */
import type { ScopeSet } from '@fireguard/engine';
import type { Brand } from './brand.ts';
import { choiceFields } from './choice-fields.ts';
import { consentChoices } from './consent-choices.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage } from './page.ts';

export interface ChangeAppPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly app: string;
  readonly grant: string;
  readonly scopes: ScopeSet;
  readonly csrf: string;
}

export function changeAppPage(page: ChangeAppPage): Html {
  const { language } = page.brand;
  const { apps: text, passkey } = language.texts;
  const title = text.changeTitle(page.app);
  return headedPage(
    { title, brand: page.brand, person: page.person, glass: page.glass, links: true },
    html`<form class="stack-l" method="post" action="/my-apps/narrow">
        <div>
          <div class="app"><span class="logo">${icons.app}</span><div><p><strong>${page.app}</strong></p></div></div>
          <h1 class="ask">${title}</h1>
          <p class="lead">${text.changeLead}</p>
        </div>
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="hidden" name="grant" value="${page.grant}">
        ${choiceFields(consentChoices(page.scopes, language.texts), language)}
        <div class="btns fill"><button class="btn">${text.changeButton}</button> <a class="btn second" href="/my-apps">${passkey.back}</a></div>
      </form>`,
  );
}

/** An app asks to sign the person out (OpenID Connect RP-Initiated Logout 1.0 §2): the person decides, because anybody's link may lead here. */
import type { Brand } from './brand.ts';
import { type Html, html } from './html.ts';
import { doorPage } from './page.ts';

export interface AppSignOutPage {
  readonly brand: Brand;
  /** Which one asks, where it said so. */
  readonly app: string | undefined;
  readonly action: string;
  /** The provider's own form token. */
  readonly xsrf: string;
}

export function appSignOutPage(page: AppSignOutPage): Html {
  const text = page.brand.language.texts.signOut;
  return doorPage(
    { title: text.title, brand: page.brand },
    html`
      <h1>${text.title}</h1>
      <p class="lead">${page.app !== undefined && text.asked(page.app)} ${text.lead}</p>
      <form class="stack" method="post" action="${page.action}">
        <input type="hidden" name="xsrf" value="${page.xsrf}">
        <button class="btn wide" name="logout" value="yes">${text.button}</button>
      </form>`,
  );
}

/** Sign out: a page that asks (a link may lead here, so it changes nothing), and the page that says it is done. */
import type { Brand } from './brand.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { doorPage } from './page.ts';

export interface SignOutPage {
  readonly brand: Brand;
  readonly glass: GlassBar | undefined;
  readonly csrf: string;
}

export function signOutPage(page: SignOutPage): Html {
  const text = page.brand.language.texts.signOut;
  return doorPage(
    { title: text.title, brand: page.brand, glass: page.glass, speaks: true },
    html`
      <h1>${text.title}</h1>
      <p class="lead">${text.lead}</p>
      <form class="stack" method="post" action="/sign-out">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <button class="btn wide">${text.button}</button>
      </form>`,
  );
}

export function signedOutPage(page: { readonly brand: Brand }): Html {
  const text = page.brand.language.texts.signOut;
  return doorPage(
    { title: text.doneTitle, brand: page.brand },
    html`<h1>${text.doneTitle}</h1><p class="lead">${text.doneLead}</p>`,
  );
}

/** Your account: how you sign in, and the ways to change it. */
import type { Brand } from './brand.ts';
import { longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage } from './page.ts';

interface ShownFactor {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

export interface AccountPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly username: string;
  /** Who comes by another provider has none. */
  readonly hasPassword: boolean;
  readonly factors: {
    readonly apps: readonly ShownFactor[];
    readonly passkeys: readonly ShownFactor[];
    readonly recoveryCodes: number;
    readonly any: boolean;
  };
  /** Whether passkeys can be used here. */
  readonly passkeys: boolean;
  readonly mustKeepOne: boolean;
  /** The token of the form at this address. */
  readonly csrf: (action: string) => string;
  /** What was just done. */
  readonly done: string;
}

export function accountPage(page: AccountPage): Html {
  const text = page.brand.language.texts.account;
  const { factors } = page;
  const told = Object.hasOwn(text.done, page.done) ? text.done[page.done as keyof typeof text.done] : undefined;
  return headedPage(
    { title: text.title, brand: page.brand, speaks: true, person: page.person, glass: page.glass, links: true },
    html`<div class="stack-l">
        ${told !== undefined && html`<p class="note is-good" role="status" tabindex="-1" autofocus>${told}</p>`}
        <div>
          <h1>${text.title}</h1>
          <p class="lead">${text.lead}</p>
        </div>
        <dl class="facts"><dt>${text.signInWith}</dt><dd class="mono">${page.username}</dd></dl>
        ${
          page.hasPassword &&
          html`<section class="stack-s" aria-labelledby="password"><h2 id="password">${text.password}</h2>
          <p><a class="btn second small" href="/account/password">${text.changePassword}</a></p></section>`
        }
        <section class="stack" aria-labelledby="second"><h2 id="second">${text.second}</h2>
          ${factors.any ? html`<ul class="rows">${[...factors.apps, ...factors.passkeys].map((one) => row(one, page))}</ul>` : html`<p>${text.noSecond}</p>`}
          ${page.mustKeepOne && html`<p class="note small">${text.lastOne}</p>`}
          <div class="btns"><a class="btn second small" href="/account/app">${icons.phone} ${text.addApp}</a> ${page.passkeys && html`<a class="btn second small" href="/account/passkey">${icons.key} ${text.addPasskey}</a>`}</div>
        </section>
        ${
          factors.any &&
          html`<section class="stack-s" aria-labelledby="codes"><h2 id="codes">${text.codes}</h2>
          <p>${text.codesLeft(factors.recoveryCodes)}</p>
          ${button(page, '/account/recovery-codes', text.newCodes)}</section>`
        }
        <section class="stack-s" aria-labelledby="everywhere"><h2 id="everywhere">${text.everywhere}</h2>
          <p>${text.everywhereHint}</p>
          ${button(page, '/account/sign-out-everywhere', text.everywhere)}</section>
      </div>`,
  );
}

function button(page: AccountPage, action: string, label: string): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${page.csrf(action)}"><button class="btn second small">${label}</button></form>`;
}

function row(factor: ShownFactor, page: AccountPage): Html {
  const { language } = page.brand;
  const text = language.texts.account;
  const date = (at: Date) => html`<time>${longDate(at.getTime(), page.brand)}</time>`;
  return html`
            <li class="pick">
              <div><p class="name">${factor.kind === 'totp' ? icons.phone : icons.key} ${factor.name}</p>
              <p class="sub-line"><span>${text.added(date(factor.created_at))}</span>${factor.last_used_at !== null && html`<span>${text.lastUsed(date(factor.last_used_at))}</span>`}</p></div>
              ${
                !page.mustKeepOne &&
                html`<form method="post" action="/account/remove"><input type="hidden" name="csrf" value="${page.csrf('/account/remove')}"><button class="btn second small" name="factor" value="${factor.id}">${text.remove}<span class="hide">${text.removeWhat(factor.name)}</span></button></form>`
              }
            </li>`;
}

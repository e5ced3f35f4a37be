/** My apps: one row for each that holds something, in the words of the consent page, with a button that stops it. */
import type { ScopeSet } from '@fireguard/engine';
import type { Brand } from './brand.ts';
import { consentChoices } from './consent-choices.ts';
import { clockTime, clockTimeFrom, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage, helpLine } from './page.ts';
import type { Texts } from './texts.ts';

export interface HeldApp {
  readonly grant: string;
  readonly name: string;
  readonly scopes: ScopeSet;
  /** `own`, a patient's name, or nobody's in particular. */
  readonly whose: string | undefined;
  /** Times in milliseconds since the epoch. */
  readonly allowedAt: number;
  readonly lastUsed: number | undefined;
  /** Until when it stays connected; undefined: only while it is used. */
  readonly until: number | undefined;
  /** When a token ends that nobody can call back (a JWT for another server). */
  readonly passUntil: number | undefined;
}

/** One that its person has stopped; `at` in milliseconds since the epoch. */
export interface StoppedApp {
  readonly name: string;
  readonly at: number;
}

export interface MyAppsPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  /** Whether the person has a record of their own here. */
  readonly isPatient: boolean;
  readonly apps: readonly HeldApp[];
  /** Newest first. */
  readonly stopped: readonly StoppedApp[];
  /** The token of the form at this address. */
  readonly csrf: (action: string) => string;
  /** What was just done. */
  readonly done: 'stopped' | 'changed' | undefined;
  readonly now: number;
}

const THREE_MONTHS_MS = 91 * 86_400_000;

export function myAppsPage(page: MyAppsPage): Html {
  const { texts } = page.brand.language;
  const text = texts.apps;
  return headedPage(
    { title: text.title, brand: page.brand, speaks: true, person: page.person, glass: page.glass, links: true },
    html`<div class="cols">
        <div class="stack-l">
          ${page.done !== undefined && html`<p class="note is-good" role="status" tabindex="-1" autofocus>${texts.account.done[page.done]}</p>`}
          <div>
            <h1>${text.title}</h1>
            <p class="lead">${text.lead(page.apps.length)}</p>
          </div>
          ${page.apps.length > 0 && html`<ul class="rows">${page.apps.map((app) => row(app, page))}</ul>`}
          ${page.stopped.length > 0 && stoppedApps(page)}
        </div>
        <aside class="stack" aria-label="${text.aside}">
          ${page.isPatient && html`<h2>${text.whoLooked}</h2><p>${text.whoLookedWhat(html`<a href="/who-looked">${text.openList}</a>`)}</p>`}
          <h2>${text.wonder}</h2>
          <p>${text.wonderWhat(helpLine(page.brand))}</p>
          <p>${text.kept}</p>
        </aside>
      </div>`,
  );
}

function row(app: HeldApp, page: MyAppsPage): Html {
  const { brand } = page;
  const { language } = brand;
  const text = language.texts.apps;
  const { sees, changes } = wordsOf(app.scopes, language.texts);
  const knows = app.scopes.some(({ kind }) => kind === 'identity');
  const date = (at: number) => html`<time>${longDate(at, brand)}</time>`;
  const isToday = (at: number) => longDate(at, brand) === longDate(page.now, brand);
  return html`
            <li class="stack">
              <div class="app"><span class="logo">${icons.app}</span><div><h2>${app.name}</h2>${app.whose !== undefined && app.whose !== 'own' && html`<p class="small quiet">${app.whose}</p>`}</div></div>
              <dl class="facts">
                ${app.whose === 'own' && html`<dt>${text.about}</dt><dd>${text.own}</dd>`}
                ${knows && html`<dt>${text.knows}</dt><dd>${text.who}</dd>`}
                ${sees !== '' && html`<dt>${text.sees}</dt><dd>${sees}</dd>`}
                ${changes !== '' && html`<dt>${text.changes}</dt><dd>${changes}</dd>`}
                <dt>${text.since}</dt><dd>${date(app.allowedAt)}</dd>
                <dt>${text.lastUsed}</dt><dd>${app.lastUsed === undefined ? text.never : isToday(app.lastUsed) ? text.today(html`<time>${clockTime(app.lastUsed, brand)}</time>`) : date(app.lastUsed)}</dd>
                <dt>${text.connected}</dt><dd>${app.until === undefined ? text.whileUsed : text.until(date(app.until))}</dd>
              </dl>
              ${app.lastUsed !== undefined && page.now - app.lastUsed > THREE_MONTHS_MS && html`<p class="note small">${text.unused}</p>`}
              ${app.passUntil !== undefined && html`<p class="note small">${text.pass(html`<time>${clockTimeFrom(app.passUntil, brand)}</time>`)}</p>`}
              <div class="btns">
                ${app.until !== undefined && button(app, '/my-apps/change', text.change, text.changeWhat(app.name), page)}
                ${button(app, '/my-apps/stop', text.stop, text.stopWhat(app.name), page)}
              </div>
            </li>`;
}

function stoppedApps({ brand, stopped }: MyAppsPage): Html {
  const text = brand.language.texts.apps;
  return html`<details><summary>${text.stoppedApps(stopped.length)}</summary><ul class="stack-s small quiet">${stopped.map(({ name, at }) => html`<li>${text.stoppedOn(name, html`<time>${longDate(at, brand)}</time>`)}</li>`)}</ul></details>`;
}

function button(app: HeldApp, action: string, label: string, what: string, page: MyAppsPage): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${page.csrf(action)}"><button class="btn second small" name="grant" value="${app.grant}">${label}<span class="hide">${what}</span></button></form>`;
}

/** The parts of the record, as the consent page calls them; a part of which only some kinds were allowed says so. */
function wordsOf(scopes: ScopeSet, texts: Texts): { readonly sees: string; readonly changes: string } {
  const list = (legends: readonly string[]) => {
    const choices = consentChoices(scopes, texts)
      .filter(({ legend }) => legends.includes(legend))
      .flatMap((group) => group.choices);
    const names = choices.map(({ label, value }) => (value.includes('?') ? texts.apps.some(label) : label));
    const { label: everything } = texts.parts.everything;
    if (names.includes(everything)) return everything;
    return [...new Set(names)].join(', ');
  };
  const { maySee, maySeeAll, mayChange, mayChangeAll } = texts.consent;
  return { sees: list([maySee, maySeeAll]), changes: list([mayChange, mayChangeAll]) };
}

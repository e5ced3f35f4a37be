/** Who looked at your record: one line for each time, by day, in plain words. */
import type { Brand } from './brand.ts';
import { clockTime, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage, helpLine } from './page.ts';

export interface Look {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly who: string;
  /** The app, where a person used one. */
  readonly through: string | undefined;
  readonly why: string;
  readonly what: string;
  readonly isEmergency: boolean;
  /** It left for something else than care and running the hospital. */
  readonly isDisclosure: boolean;
}

export interface WhoLookedPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  /** Whether there is a record of this person at all. */
  readonly isPatient: boolean;
  /** Newest first. */
  readonly looks: readonly Look[];
  /** Where older ones are. */
  readonly older: string | undefined;
  readonly table: string;
}

export function whoLookedPage(page: WhoLookedPage): Html {
  const { language } = page.brand;
  const text = language.texts.looked;
  const days = Map.groupBy(page.looks, ({ at }) => longDate(at, page.brand));
  return headedPage(
    { title: text.title, brand: page.brand, person: page.person, glass: page.glass, links: true },
    html`<div class="cols">
        <div class="stack-l">
          <div>
            <h1>${text.title}</h1>
            <p class="lead">${page.isPatient ? (page.looks.length === 0 ? text.none : text.lead) : text.noRecord}</p>
          </div>
          ${[...days].map(
            ([day, looks]) => html`<div>
            <h2 class="day">${day}</h2>
            <ul class="rows">${looks.map((look) => line(look, page))}</ul>
          </div>`,
          )}
          ${page.older !== undefined && html`<nav class="btns" aria-label="${text.more}"><a class="btn second small" href="${page.older}">${text.older}</a></nav>`}
        </div>
        <aside class="stack" aria-label="${text.aside}">
          <h2>${text.wrong}</h2>
          <p>${text.wrongWhat(helpLine(page.brand))}</p>
          ${page.isPatient && html`<h2>${text.take}</h2><p><a href="${page.table}">${text.download}</a></p>`}
          <p class="quiet">${text.kept}</p>
        </aside>
      </div>`,
  );
}

function line(look: Look, { brand }: WhoLookedPage): Html {
  const text = brand.language.texts.looked;
  return html`
              <li class="look${look.isEmergency ? ' is-broken' : ''}"><time class="when">${clockTime(look.at, brand)}</time><div class="body"><strong>${look.who}</strong>${look.through !== undefined && html`, ${text.with(look.through)}`}<p class="what">${look.why}. ${look.what}.${look.isDisclosure && html` ${text.disclosed}`}</p></div>${look.isEmergency && html`<span class="badge broken">${icons.glass} ${text.emergency}</span>`}</li>`;
}

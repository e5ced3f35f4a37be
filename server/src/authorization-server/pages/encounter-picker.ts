/** Choose a visit (SMART App Launch 2.2 §Standalone launch): the app gets the one that is chosen and never sees the list. */
import type { PickerEncounter } from '../picker-source.ts';
import type { Brand } from './brand.ts';
import { birthDateText } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import type { Language } from './language.ts';
import { headedPage } from './page.ts';

export interface EncounterPickerPage {
  readonly brand: Brand;
  readonly app: string;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly action: string;
  readonly csrf: string;
  readonly encounters: readonly PickerEncounter[];
}

export function encounterPickerPage(page: EncounterPickerPage): Html {
  const { language } = page.brand;
  const text = language.texts.visits;
  return headedPage(
    { title: text.title, brand: page.brand, speaks: true, person: page.person, glass: page.glass },
    html`<form class="stack-l" method="post" action="${page.action}">
          <div>
            <h1>${text.title}</h1>
            <p class="lead">${text.lead(page.app)}</p>
          </div>
          <input type="hidden" name="csrf" value="${page.csrf}">
          ${
            page.encounters.length === 0
              ? html`<p role="status">${text.none}</p>`
              : html`<div>
            <h2 class="day" id="found">${text.found(page.encounters.length)}</h2>
            <ul class="rows" aria-labelledby="found">${page.encounters.map((one, at) => row(one, at, language))}</ul>
          </div>`
          }
          <p><button class="btn second" name="decision" value="without">${text.without}</button></p>
          <p><button class="btn second" name="decision" value="deny">${text.back(page.app)}</button></p>
        </form>`,
  );
}

function stateOf(status: string, { texts }: Language): string {
  const states: Readonly<Record<string, string>> = texts.visits.states;
  return states[status] ?? status;
}

function row(encounter: PickerEncounter, at: number, language: Language): Html {
  const text = language.texts.visits;
  const id = `encounter-${at + 1}`;
  const day = encounter.start === undefined ? '' : birthDateText(encounter.start.slice(0, 10), language);
  return html`<li class="pick">
                <div>
                  <p class="name" id="${id}">${encounter.name}</p>
                  <p class="sub-line">${day !== '' && html`<span><time>${day}</time></span>`}
                  ${encounter.status !== undefined && html`<span>${stateOf(encounter.status, language)}</span>`}</p>
                </div>
                <button class="btn small" name="encounter" value="${encounter.id}" aria-describedby="${id}">${text.choose}<span class="hide"> ${encounter.name}${day === '' ? '' : `, ${day}`}</span></button>
              </li>`;
}

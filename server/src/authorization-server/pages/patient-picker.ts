/** Choose a patient (SMART App Launch 2.2 §Standalone launch): the app gets the one that is chosen and never sees the list. */
import type { PickerPatient } from '../picker-source.ts';
import { alikeNames } from './alike-names.ts';
import type { Brand } from './brand.ts';
import { ageInYears, birthDateText } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import type { Language } from './language.ts';
import { headedPage } from './page.ts';

export interface PatientPickerPage {
  readonly brand: Brand;
  readonly app: string;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  /** Where the form goes that chooses or goes back. */
  readonly action: string;
  /** Where its search button goes: a POST too, so that no name stands in an address. Enter in the field presses it, as the form's first. */
  readonly searchAction: string;
  readonly csrf: string;
  readonly query: string;
  readonly patients: readonly PickerPatient[];
  /** True when more were found than are shown. */
  readonly more: boolean;
  /** Whether this person may break the glass: told to nobody else. */
  readonly mayBreakGlass: boolean;
  readonly now: number;
}

export function patientPickerPage(page: PatientPickerPage): Html {
  const { language } = page.brand;
  const text = language.texts.picker;
  const alike = alikeNames(page.patients.map((patient) => patient.name));
  const rows = page.patients.map((patient, at) => row(patient, at, alike.has(at), page.now, language));
  return headedPage(
    { title: text.title, brand: page.brand, speaks: true, person: page.person, glass: page.glass },
    html`<div class="cols">
        <form class="stack-l" method="post" action="${page.action}">
          <div>
            <h1>${text.title}</h1>
            <p class="lead">${text.lead(page.app)}</p>
          </div>
          <input type="hidden" name="csrf" value="${page.csrf}">
          <div class="search" role="search">
            <div class="field"><label for="q">${text.search}</label>
            <input id="q" name="q" type="search" value="${page.query}" maxlength="200" autocomplete="off"></div>
            <button class="btn second" formaction="${page.searchAction}">${text.searchButton}</button>
          </div>
          ${
            rows.length === 0
              ? html`<p role="status">${page.query === '' ? text.noneYet : text.none}</p>`
              : html`<div>
            <h2 class="day" id="found">${page.more ? text.foundMany(rows.length) : text.found(rows.length)}</h2>
            <ul class="rows" aria-labelledby="found">${rows}</ul>
          </div>`
          }
          <p><button class="btn second" name="decision" value="deny">${text.back(page.app)}</button></p>
        </form>
        <aside class="stack" aria-label="${text.aside}">
          <h2>${text.missing}</h2>
          <p>${text.missingWhat}</p>
          ${page.mayBreakGlass && html`<p>${text.emergency(html`<a href="/break-glass">${text.emergencyLink}</a>`)}</p>`}
        </aside>
      </div>`,
  );
}

/** FHIR AdministrativeGender, in words; empty where nothing is known. */
export function sexOf({ sex }: PickerPatient, { texts }: Language): string {
  const words: Readonly<Record<string, string>> = texts.picker.sexes;
  return words[sex ?? ''] ?? '';
}

function row(patient: PickerPatient, at: number, alike: boolean, now: number, language: Language): Html {
  const text = language.texts.picker;
  const id = `patient-${at + 1}`;
  const born = patient.birthDate === undefined ? '' : birthDateText(patient.birthDate, language);
  const age = patient.birthDate === undefined ? undefined : ageInYears(patient.birthDate, now);
  return html`<li class="pick">
                <div>
                  <p class="name" id="${id}">${patient.name}</p>
                  <p class="sub-line">${born !== '' && html`<span>${text.born(html`<time>${born}</time>`)}${age !== undefined && text.years(age)}</span>`}
                  ${sexOf(patient, language) !== '' && html`<span>${sexOf(patient, language)}</span>`}
                  ${patient.mrn !== undefined && html`<span>${text.number(html`<span class="num">${patient.mrn}</span>`)}</span>`}</p>
                  ${alike && html`<p class="alike">${icons.alike} ${text.alike}</p>`}
                </div>
                <button class="btn small" name="patient" value="${patient.id}" aria-describedby="${id}">${text.choose}<span class="hide">${text.chooseWhom(patient.name, born)}</span></button>
              </li>`;
}

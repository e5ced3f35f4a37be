/** "Let this app use your record?": what it may see, what it may add, for how long. Every choice can be unticked; the app is told what was granted. */
import type { ScopeSet } from '@fireguard/engine';
import type { PickerPatient } from '../picker-source.ts';
import { sensitivePartNames } from '../sensitive-parts.ts';
import type { Brand } from './brand.ts';
import { choiceFields } from './choice-fields.ts';
import { consentChoices } from './consent-choices.ts';
import { ageInYears, birthDateText, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import type { Language } from './language.ts';
import { headedPage } from './page.ts';
import { sexOf } from './patient-picker.ts';

export interface ConsentPage {
  readonly brand: Brand;
  readonly app: string;
  /** Where the answer goes: host of the app's address. */
  readonly returnsTo: string;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  /** The patient in context; undefined when none is asked for. */
  readonly patient: PickerPatient | undefined;
  /** Whether that patient is the person who reads this. */
  readonly own: boolean;
  readonly scopes: ScopeSet;
  /** Codes of the purposes of use that may be named. */
  readonly purposes: readonly string[];
  /** Whether the sensitive parts are asked for one by one: a patient's own record. */
  readonly sensitive: boolean;
  /** Number of the broken glass for which it is. */
  readonly emergency?: string | undefined;
  /** Until when "stay connected" lasts, milliseconds since the epoch. */
  readonly stayUntil: number;
  readonly now: number;
  readonly action: string;
  readonly csrf: string;
}

export function consentPage(page: ConsentPage): Html {
  const { texts } = page.brand.language;
  const text = texts.consent;
  const groups = consentChoices(page.scopes, texts);
  const signInOnly = groups.length === 0;
  const title = titleOf(page, signInOnly);
  return headedPage(
    { title, brand: page.brand, speaks: true, person: page.person, glass: page.glass },
    html`<form class="cols" method="post" action="${page.action}">
        <div class="stack-l">
          <div>
            <div class="app"><span class="logo">${icons.app}</span><div><p><strong>${page.app}</strong></p></div></div>
            <h1 class="ask">${title}</h1>
            <p class="lead">${signInOnly ? text.leadSignIn : page.own ? text.leadOwn : text.leadOther}</p>
          </div>
          <input type="hidden" name="csrf" value="${page.csrf}">
          ${page.patient !== undefined && !page.own && patientBanner(page.patient, page.now, page.brand.language)}
          ${identityGroup(page.scopes, page.brand.language)}
          ${choiceFields(groups, page.brand.language)}
          ${page.sensitive && sensitiveGroup(page.brand.language)}
          ${page.emergency !== undefined && html`<p class="note">${icons.glass} ${page.brand.language.texts.glass.consentNote(page.emergency)}</p>`}
          ${purposeGroup(page.purposes, page.brand.language)}
          ${duration(page)}
          <div class="stack-s">
            <div class="btns fill">
              <button class="btn" name="decision" value="allow">${signInOnly ? text.allowSignIn : text.allow}</button>
              <button class="btn second" name="decision" value="deny">${text.deny}</button>
            </div>
            <p class="small quiet">${page.own ? text.ifNot : text.ifNotStaff}</p>
          </div>
        </div>
        <aside class="stack" aria-label="${text.about}">
          <h2>${text.about}</h2>
          <dl class="facts keep"><dt>${text.returnsTo}</dt><dd>${page.returnsTo}</dd></dl>
          <p>${text.aboutWhat(page.app)}</p>
          <details><summary>${texts.technicalNames}</summary>
            <ul class="stack-s mono small">${page.scopes.map((scope) => html`<li class="scope">${scope.text}</li>`)}</ul></details>
        </aside>
      </form>`,
  );
}

function titleOf(page: ConsentPage, signInOnly: boolean): string {
  const text = page.brand.language.texts.consent;
  if (signInOnly && page.patient === undefined) return text.titleSignIn(page.app);
  if (page.patient === undefined) return text.titleUser(page.app);
  return page.own ? text.titleOwn(page.app) : text.titlePatient(page.app);
}

function patientBanner(patient: PickerPatient, now: number, language: Language): Html {
  const text = language.texts.consent;
  return html`<section class="patient" aria-label="${text.patient}">
            <p class="name">${patient.name}</p>
            <dl>
              ${patient.birthDate !== undefined && html`<div><dt>${text.born}</dt><dd><time>${birthDateText(patient.birthDate, language)}</time>${ageText(patient.birthDate, now, language)}</dd></div>`}
              ${sexOf(patient, language) !== '' && html`<div><dt>${text.sex}</dt><dd>${sexOf(patient, language)}</dd></div>`}
              ${patient.mrn !== undefined && html`<div><dt>${text.number}</dt><dd class="num">${patient.mrn}</dd></div>`}
            </dl>
          </section>`;
}

function ageText(birthDate: string, now: number, { texts }: Language): string {
  const age = ageInYears(birthDate, now);
  return age === undefined ? '' : texts.picker.years(age);
}

function identityGroup(scopes: ScopeSet, language: Language): Html | undefined {
  const text = language.texts.consent;
  if (!scopes.some(({ kind }) => kind === 'identity')) return undefined;
  return html`<fieldset class="group">
            <legend>${text.mayKnow}</legend>
            <div class="card ticks">
              <div class="tick"><input id="identity" type="checkbox" checked disabled><label for="identity">${text.whoYouAre}</label><p class="hint">${text.whoYouAreHint}</p></div>
            </div>
          </fieldset>`;
}

/** Unticked, always: what nobody chose is not shared. */
function sensitiveGroup({ texts }: Language): Html {
  const text = texts.sensitive;
  return html`<fieldset class="group">
            <legend>${text.title}</legend>
            <p class="hint">${text.hint}</p>
            <div class="note is-sensitive ticks">${sensitivePartNames.map(
              (part) =>
                html`
              <div class="tick plain"><input id="sensitive-${part}" name="sensitive" type="checkbox" value="${part}"><label for="sensitive-${part}">${text.parts[part]}</label></div>`,
            )}
            </div>
          </fieldset>`;
}

function purposeGroup(purposes: readonly string[], { texts }: Language): Html | undefined {
  if (purposes.length === 0) return undefined;
  const words: Readonly<Record<string, string>> = texts.purposes;
  return html`<fieldset class="group">
            <legend>${texts.consent.whatFor}</legend>
            <div class="card ticks">${purposes.map(
              (code) =>
                html`
              <div class="tick"><input id="purpose-${code}" name="purpose" type="checkbox" value="${code}" checked><label for="purpose-${code}">${words[code] ?? code}</label></div>`,
            )}
            </div>
          </fieldset>`;
}

function duration(page: ConsentPage): Html {
  const text = page.brand.language.texts.consent;
  const offline = page.scopes.some((scope) => scope.kind === 'offline' && scope.name === 'offline_access');
  if (!offline && !page.scopes.some(({ kind }) => kind === 'offline')) return html`<p class="note small">${text.endsSoon}</p>`;
  const label = offline ? text.stay(html`<time>${longDate(page.stayUntil, page.brand)}</time>`) : text.stayOnline;
  return html`<fieldset class="group">
            <legend>${text.howLong}</legend>
            <div class="choices">
              <div class="tick"><input id="once" name="duration" type="radio" value="once" checked><label for="once">${text.once}</label><p class="hint">${text.onceHint}</p></div>
              <div class="tick"><input id="stay" name="duration" type="radio" value="stay"><label for="stay">${label}</label><p class="hint">${offline ? text.stayHint : text.stayOnlineHint}</p></div>
            </div>
          </fieldset>`;
}

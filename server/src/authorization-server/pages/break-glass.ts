/**
 * Breaking the glass, in three pages (R-217, R-221, R-228): what will happen, which changes nothing; why, and that it is you, which breaks it; until when it is
 * open, and how to close it. INVARIANT: they never say what is closed, and name a patient only where this person may see the name.
 */
import type { Brand } from './brand.ts';
import { ageInYears, birthDateText, clockTime, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage, helpLine } from './page.ts';
import { field, type PageProblem, problemBox } from './problem-box.ts';

export interface GlassPatient {
  /** Bare id. */
  readonly id: string;
  /** `WIERZBICKI, Tomasz`; undefined where this person may not see it. */
  readonly name: string | undefined;
  /** FHIR date. */
  readonly birthDate: string | undefined;
  readonly mrn: string | undefined;
}

interface Common {
  readonly brand: Brand;
  readonly person: string;
  /** Of a glass that is open meanwhile; undefined on the page that is all about it. */
  readonly bar: GlassBar | undefined;
  /** Undefined: the first patient who is opened. */
  readonly patient: GlassPatient | undefined;
  readonly minutes: number;
  readonly reviewDays: number;
  readonly now: number;
  /** The login step of an app that waits. */
  readonly step: string | undefined;
  /** What these pages are about, as a query. */
  readonly query: string | undefined;
}

/** 1 of 3. */
export function glassWarningPage(page: Common): Html {
  const text = page.brand.language.texts.glass;
  const query = page.query === undefined ? '' : `?${page.query}`;
  return frame(
    page,
    1,
    html`<div class="cols">
        <div class="stack-l">
          <div>
            <p class="eyebrow">${icons.glass} ${text.eyebrow}</p>
            <h1>${text.title(whom(page))}</h1>
            <p class="lead">${text.lead}</p>
          </div>
          ${banner(page) ?? chooser(page)}
          <section>
            <h2>${text.willHappen}</h2>
            <ul class="points">
              <li>${icons.clock}<div><strong>${text.opens(page.minutes)}</strong><p>${text.opensWhat}</p></div></li>
              <li>${icons.bell}<div><strong>${text.told}</strong><p>${text.toldWhat}</p></div></li>
              <li>${icons.pen}<div><strong>${text.recorded}</strong><p>${text.recordedWhat(page.reviewDays)}</p></div></li>
            </ul>
          </section>
          <div class="btns fill">
            <a class="btn ember-line" href="/break-glass/why${query}">${text.go}</a>
            <a class="btn second" href="/account">${text.back}</a>
          </div>
        </div>
        <aside class="stack" aria-label="${text.not}">
          <h2>${text.not}</h2>
          <p>${text.notWhat}</p>
          <p>${text.notSure(helpLine(page.brand))}</p>
          <p class="quiet">${text.nothingYet}</p>
        </aside>
      </div>`,
  );
}

export type GlassProof = 'code' | 'password' | 'none';

export interface GlassReasonPage extends Common {
  readonly csrf: string;
  readonly reasons: readonly string[];
  /** By what the person shows that it is them; `none`: they just have. */
  readonly proof: GlassProof;
  /** Kept when the page comes back. */
  readonly reason: string | undefined;
  readonly why: string;
  readonly least: number;
  readonly most: number;
  readonly problem: 'reason' | 'why' | 'proof' | 'wait' | undefined;
}

/** 2 of 3. */
export function glassReasonPage(page: GlassReasonPage): Html {
  const { brand } = page;
  const text = brand.language.texts.glass;
  const problem = problemOf(page);
  const words = text.reasons as Readonly<Record<string, string>>;
  return frame(
    page,
    2,
    html`<form class="cols" method="post" action="/break-glass/open">
        <input type="hidden" name="csrf" value="${page.csrf}">
        <input type="hidden" name="patient" value="${page.patient?.id ?? ''}">
        <input type="hidden" name="step" value="${page.step ?? ''}">
        <div class="stack-l">
          ${problemBox(problem)}
          <div>
            <p class="eyebrow">${icons.glass} ${text.eyebrow}</p>
            <h1>${text.whyTitle}</h1>
          </div>
          ${banner(page)}
          <fieldset class="group" id="reason">
            <legend>${text.emergency}</legend>
            <div class="card ticks">
              ${page.reasons.map(
                (code, at) =>
                  html`<div class="tick plain"><input id="r${at + 1}" name="reason" value="${code}" type="radio" required${page.reason === code && html` checked`}><label for="r${at + 1}">${words[code]}</label></div>`,
              )}
            </div>
          </fieldset>
          ${field(
            brand,
            { id: 'why', label: text.what, hint: text.whatHint },
            problem,
            (more) =>
              html`<textarea id="why" name="why" rows="3" minlength="${page.least}" maxlength="${page.most}" required${more}>${page.why}</textarea>`,
          )}
          ${page.proof === 'code' && field(brand, { id: 'proof', label: text.itIsYou, hint: text.codeHint }, problem, (more) => html`<input class="code" id="proof" name="proof" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="6" pattern="[0-9]{6}" required${more}>`)}
          ${page.proof === 'password' && field(brand, { id: 'proof', label: text.itIsYou, hint: text.passwordHint }, problem, (more) => html`<input id="proof" name="proof" type="password" autocomplete="current-password" required${more}>`)}
          <div class="stack-s">
            <div class="btns fill">
              <button class="btn ember">${icons.glass} ${text.break(whom(page))}</button>
              <a class="btn second" href="/account">${text.back}</a>
            </div>
            <p class="small quiet">${text.fromNow(page.minutes)}</p>
          </div>
        </div>
        <aside class="stack" aria-label="${text.willHappen}">
          <h2>${text.willHappen}</h2>
          <p>${text.opens(page.minutes)}. ${text.opensWhat}</p>
          <p>${text.told}.</p>
          <p>${text.recorded}.</p>
        </aside>
      </form>`,
    problem === undefined ? undefined : brand.language.texts.problemTitle(text.whyTitle),
  );
}

function problemOf({ problem, brand }: GlassReasonPage): PageProblem | undefined {
  const text = brand.language.texts.glass.problems;
  switch (problem) {
    case undefined:
      return undefined;
    case 'reason':
      return { heading: text.heading, summary: text.reason, field: 'r1' };
    case 'why':
      return { heading: text.heading, summary: text.why, field: 'why', advice: text.whyAdvice };
    case 'proof':
      return { heading: text.heading, summary: text.proof, field: 'proof', advice: text.proofAdvice };
    case 'wait':
      return { heading: text.heading, summary: text.wait, field: 'proof', advice: text.waitAdvice };
  }
}

export interface GlassOpenPage extends Common {
  readonly csrf: string;
  readonly glass: OpenGlass;
}

export interface OpenGlass {
  readonly id: string;
  readonly reasonCode: string;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly dueAt: number;
}

/** 3 of 3. */
export function glassOpenPage(page: GlassOpenPage): Html {
  const { glass, brand } = page;
  const { language } = brand;
  const text = language.texts.glass;
  const reasons = text.reasons as Readonly<Record<string, string>>;
  return frame(
    page,
    3,
    html`<div class="cols">
        <div class="stack-l">
          <div>
            <p class="eyebrow">${icons.glass} ${text.isBroken}</p>
            <h1>${text.openUntil(html`<time>${clockTime(glass.expiresAt, brand)}</time>`)}</h1>
            <p class="lead">${text.openLead(page.minutes)}</p>
          </div>
          ${banner(page)}
          <form class="btns fill" method="post" action="/break-glass/close">
            <input type="hidden" name="csrf" value="${page.csrf}">
            ${page.step !== undefined && html`<a class="btn" href="/interaction/${page.step}">${text.goOn}</a>`}
            <button class="btn second" name="glass" value="${glass.id}">${text.close}</button>
          </form>
          <section>
            <h2>${text.sooner}</h2>
            <ul class="points">
              <li>${icons.lock}<div>${text.soonerHow}</div></li>
              <li>${icons.person}<div>${text.soonerElse}</div></li>
            </ul>
          </section>
        </div>
        <aside class="stack" aria-label="${text.wasRecorded}">
          <h2>${text.wasRecorded}</h2>
          <dl class="facts keep">
            <dt>${text.number}</dt><dd class="num">${glass.id}</dd>
            <dt>${text.by}</dt><dd>${page.person}</dd>
            <dt>${text.began}</dt><dd>${longDate(glass.openedAt, brand)}, <time>${clockTime(glass.openedAt, brand)}</time></dd>
            <dt>${text.reason}</dt><dd>${reasons[glass.reasonCode] ?? glass.reasonCode}</dd>
            <dt>${text.review}</dt><dd>${text.reviewBy(longDate(glass.dueAt, brand))}</dd>
          </dl>
          <p class="quiet">${text.findAgain(html`<a href="/break-glass/opened">${text.openedTitle}</a>`)}</p>
        </aside>
      </div>`,
  );
}

function whom({ patient, brand }: Common): string {
  const text = brand.language.texts.glass;
  if (patient === undefined) return text.anybody;
  return patient.name ?? text.numbered(patient.id);
}

/** Where nobody is named yet: whose record is it? */
function chooser(page: Common): Html {
  const text = page.brand.language.texts.glass;
  return html`<form class="search" method="get" action="/break-glass">
            <div class="field"><label for="patient">${text.whose}</label>
            <input id="patient" name="patient" type="text" maxlength="64" pattern="[A-Za-z0-9.\\-]{1,64}" autocomplete="off" required></div>
            ${page.step !== undefined && html`<input type="hidden" name="step" value="${page.step}">`}
            <button class="btn second">${text.thisOne}</button>
          </form>`;
}

function banner(page: Common): Html | undefined {
  const { patient, brand } = page;
  if (patient === undefined) return undefined;
  const { language } = brand;
  const text = language.texts.glass;
  const born = patient.birthDate === undefined ? undefined : birthDateText(patient.birthDate, language);
  const age = patient.birthDate === undefined ? undefined : ageInYears(patient.birthDate, page.now);
  return html`<section class="patient is-broken" aria-label="${text.patient}">
            <p class="name">${patient.name ?? text.numberedAlone(patient.id)}</p>
            ${(born !== undefined || patient.mrn !== undefined) && html`<dl>${born !== undefined && html`<div><dt>${text.born}</dt><dd>${born}${age !== undefined && language.texts.picker.years(age)}</dd></div>`}${patient.mrn !== undefined && html`<div><dt>${text.no}</dt><dd class="num">${patient.mrn}</dd></div>`}</dl>`}
            ${patient.name === undefined && html`<p class="small quiet">${text.nameClosed}</p>`}
          </section>`;
}

function frame(page: Common, step: 1 | 2 | 3, main: Html, title?: string): Html {
  const text = page.brand.language.texts.glass;
  const names = [text.steps.what, text.steps.why, text.steps.open];
  const steps = names.map((name, at) => {
    const state = at + 1 === step ? html` aria-current="step"` : at + 1 < step ? html` class="is-done"` : undefined;
    return html`<li${state}>${at + 1}. <span>${name}</span></li>`;
  });
  return headedPage(
    { title: title ?? text.stepTitle(step), brand: page.brand, person: page.person, glass: page.bar, emergency: true },
    html`<ol class="steps" aria-label="${text.steps.label}">${steps}</ol>
      ${main}`,
  );
}

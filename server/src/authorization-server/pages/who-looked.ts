/** Who looked at your record: sums, filters, and one line for each time, by day, in plain words; beside each line a way to ask about it. */
import type { Brand } from './brand.ts';
import { clockTime, dayHeading, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage } from './page.ts';

export interface Look {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Names the entry in an address. */
  readonly entry: string;
  readonly who: string;
  /** The app, where a person used one. */
  readonly through: string | undefined;
  readonly why: string;
  readonly what: string;
  /** It left for something else than care and running the hospital. */
  readonly isDisclosure: boolean;
  /** It is the reader's own, or an app's that they opened. */
  readonly isOwn: boolean;
  /** All that was looked at under one broken glass. */
  readonly emergency: LookedInEmergency | undefined;
  readonly question: AskedQuestion | undefined;
}

export interface LookedInEmergency {
  readonly reasonCode: string;
  /** How long it was open, or has been, rounded up. */
  readonly minutes: number;
  readonly state: 'open' | 'waiting' | 'reviewed';
}

export interface AskedQuestion {
  readonly askedAt: number;
  readonly answer: { readonly text: string; readonly at: number } | undefined;
}

/** A filter of the form: its choices in order, and the one that is chosen. */
export interface LookFilter {
  readonly name: 'time' | 'who' | 'why' | 'what';
  readonly chosen: string;
  readonly choices: readonly (readonly [value: string, words: string])[];
}

export interface WhoLookedPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  /** Whether there is a record of this person at all. */
  readonly isPatient: boolean;
  /** Of the time that is chosen, whoever and whatever for. */
  readonly sums: { readonly looks: number; readonly people: number; readonly apps: number; readonly emergencies: number };
  readonly filters: readonly LookFilter[];
  /** Newest first. */
  readonly looks: readonly Look[];
  /** Where older ones are. */
  readonly older: string | undefined;
  readonly table: string;
  /** A question was just sent. */
  readonly asked: boolean;
}

export function whoLookedPage(page: WhoLookedPage): Html {
  const text = page.brand.language.texts.looked;
  const days = Map.groupBy(page.looks, ({ at }) => dayHeading(at, page.brand));
  return headedPage(
    { title: text.title, brand: page.brand, person: page.person, glass: page.glass, links: true },
    html`<div class="cols">
        <div class="stack-l">
          ${page.asked && html`<p class="note is-good" role="status" tabindex="-1" autofocus>${text.asked}</p>`}
          <div>
            <h1>${text.title}</h1>
            <p class="lead">${page.isPatient ? text.lead : text.noRecord}</p>
          </div>
          ${page.isPatient && sums(page)}
          ${page.isPatient && filters(page)}
          ${page.isPatient && page.looks.length === 0 && html`<p role="status">${text.none}</p>`}
          ${[...days].map(
            ([day, looks]) => html`<div>
            <h2 class="day">${day}</h2>
            <ul class="rows">${looks.map((look) => line(look, page))}</ul>
          </div>`,
          )}
          ${page.older !== undefined && html`<nav class="btns" aria-label="${text.more}"><a class="btn second small" href="${page.older}">${text.older}</a></nav>`}
        </div>
        <aside class="stack" aria-label="${text.aside}">
          ${page.isPatient && html`<h2>${text.wrong}</h2><p>${text.wrongWhat}</p>`}
          ${page.isPatient && html`<h2>${text.take}</h2><p><a href="${page.table}">${text.download}</a></p>`}
          <p class="quiet">${text.kept}</p>
        </aside>
      </div>`,
  );
}

function sums({ brand, sums: { looks, people, apps, emergencies } }: WhoLookedPage): Html {
  const { sums: text } = brand.language.texts.looked;
  const sum = (count: number, words: string) => html`<div><dt>${words}</dt><dd>${count}</dd></div>`;
  return html`<dl class="sums">${sum(looks, text.looks(looks))}${sum(people, text.people(people))}${sum(apps, text.apps(apps))}${sum(emergencies, text.emergencies(emergencies))}</dl>`;
}

function filters({ brand, filters: all }: WhoLookedPage): Html {
  const text = brand.language.texts.looked;
  return html`<form class="filters" method="get" action="/who-looked">
            ${all.map(
              ({ name, chosen, choices }) =>
                html`<div><label for="f-${name}">${text.filters[name]}</label><select id="f-${name}" name="${name}">${choices.map(([value, words]) => html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`)}</select></div>`,
            )}
            <button class="btn second">${text.show}</button>
          </form>`;
}

function line(look: Look, page: WhoLookedPage): Html {
  const { brand } = page;
  const text = brand.language.texts.looked;
  return html`
              <li class="look${look.emergency !== undefined && ' is-broken'}"><span class="when"><time>${clockTime(look.at, brand)}</time></span><div class="body">${lookBody(look, brand)}${question(look, brand)}</div>${act(look, text.askWhat(look.who, `${longDate(look.at, brand)}, ${clockTime(look.at, brand)}`), brand)}</li>`;
}

/** Who, with what, why and what: also on the page that asks about it. */
export function lookBody(look: Look, brand: Brand): Html {
  const text = brand.language.texts.looked;
  return html`<strong>${look.who}</strong>${look.through !== undefined && html`, ${text.with(look.through)}`}${look.emergency !== undefined && html` <span class="badge broken">${icons.glass} ${text.emergency}</span>`}<p class="what">${look.emergency === undefined ? html`${look.why}. ${look.what}.` : emergency(look, look.emergency, brand)}${look.isDisclosure && html` ${text.disclosed}`}</p>`;
}

function emergency({ what }: Look, { reasonCode, minutes, state }: LookedInEmergency, { language }: Brand): string {
  const { told } = language.texts.looked;
  const reasons = told.reasons as Readonly<Record<string, string>>;
  return `${told.reason(reasons[reasonCode] ?? told.anotherReason)} ${state === 'open' ? told.isOpen(minutes) : told.wasOpen(minutes)} ${what}. ${told.states[state]}`;
}

function question({ question: asked }: Look, brand: Brand): Html | undefined {
  if (asked === undefined) return undefined;
  const text = brand.language.texts.looked;
  const { answer } = asked;
  if (answer === undefined) return html`<p class="what">${text.askedOn(longDate(asked.askedAt, brand))}</p>`;
  return html`<div class="note small"><p><strong>${text.answerOf(longDate(answer.at, brand))}</strong></p><p>${answer.text}</p></div>`;
}

function act({ isOwn, question: asked, entry }: Look, whom: string, { language }: Brand): Html | undefined {
  const text = language.texts.looked;
  if (isOwn) return html`<a class="small" href="/my-apps">${text.manage}<span class="hide">${whom}</span></a>`;
  if (asked !== undefined) return undefined;
  return html`<a class="small" href="/who-looked/ask?entry=${entry}">${text.ask}<span class="hide">${whom}</span></a>`;
}

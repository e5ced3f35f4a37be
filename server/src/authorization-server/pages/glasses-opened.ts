/** What this person opened by breaking the glass, as the privacy office sees it too, with what may still be added for the review. */
import type { Brand } from './brand.ts';
import { clockTime, longDate } from './dates.ts';
import type { GlassBar } from './glass-bar.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { headedPage } from './page.ts';
import type { PartKey } from './record-parts.ts';

export interface OpenedGlass {
  readonly id: string;
  readonly reasonCode: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly endedAt: number | undefined;
  readonly dueAt: number;
  readonly state: 'open' | 'waiting' | 'asked' | 'justified' | 'not-justified';
  readonly looks: readonly {
    readonly at: number;
    /** Undefined: several parts, or none of those that have a name. */
    readonly part: PartKey | undefined;
    /** How many entries were shown; undefined: it was refused. */
    readonly shown: number | undefined;
  }[];
  readonly notes: readonly { readonly at: number; readonly author: string; readonly text: string }[];
}

export interface GlassesOpenedPage {
  readonly brand: Brand;
  readonly person: string;
  readonly glass: GlassBar | undefined;
  readonly glasses: readonly OpenedGlass[];
  /** The token of the form at this address. */
  readonly csrf: (action: string) => string;
  readonly now: number;
}

export function glassesOpenedPage(page: GlassesOpenedPage): Html {
  const text = page.brand.language.texts.glass;
  return headedPage(
    { title: text.openedTitle, brand: page.brand, person: page.person, glass: page.glass, links: true },
    html`<div class="cols"><div class="stack-l">
          <div>
            <h1>${text.openedTitle}</h1>
            <p class="lead">${page.glasses.length === 0 ? text.openedNone : text.openedLead}</p>
          </div>
          ${page.glasses.map((glass) => opened(glass, page))}
        </div>
        <aside class="stack" aria-label="${text.careTitle}"><h2>${text.careTitle}</h2><p>${text.care}</p></aside></div>`,
  );
}

function opened(glass: OpenedGlass, page: GlassesOpenedPage): Html {
  const { language } = page.brand;
  const text = language.texts.glass;
  const reasons = text.reasons as Readonly<Record<string, string>>;
  const at = (time: number) => html`<time class="when">${clockTime(time, page.brand)}</time>`;
  return html`<section class="stack" aria-labelledby="${glass.id}">
            <h2 id="${glass.id}"><span class="num">${glass.id}</span>, ${longDate(glass.openedAt, page.brand)}</h2>
            <p class="quiet">${text.states[glass.state]}</p>
            <ul class="rows">
              <li class="look is-broken">${at(glass.openedAt)}<div class="body"><strong>${text.youBroke}</strong><p class="what">${reasons[glass.reasonCode] ?? glass.reasonCode}. “${glass.reason}”</p></div><span class="badge broken">${icons.glass} ${text.eyebrow}</span></li>
              ${glass.looks.map((look) => html`<li class="look">${at(look.at)}<div class="body"><strong>${look.part === undefined ? language.texts.looked.several : language.texts.parts[look.part].label}</strong><p class="what">${look.shown === undefined ? text.notShown : text.entries(look.shown)}</p></div></li>`)}
              ${glass.endedAt !== undefined && html`<li class="look">${at(glass.endedAt)}<div class="body"><strong>${text.closedThen}</strong></div></li>`}
            </ul>
            ${glass.notes.map((note) => html`<div class="note"><p><strong>${note.author}</strong>, ${longDate(note.at, page.brand)}</p><p>${note.text}</p></div>`)}
            ${
              (glass.state === 'open' || glass.state === 'waiting' || glass.state === 'asked') &&
              html`<form class="stack" method="post" action="/break-glass/note">
              <input type="hidden" name="csrf" value="${page.csrf('/break-glass/note')}">
              <div class="field"><label for="note-${glass.id}">${text.addNote}</label><p class="hint" id="hint-${glass.id}">${text.addNoteHint(longDate(glass.dueAt, page.brand))}</p>
              <textarea id="note-${glass.id}" name="note" rows="3" maxlength="2000" required aria-describedby="hint-${glass.id}"></textarea></div>
              <div class="btns"><button class="btn second small" name="glass" value="${glass.id}">${text.saveNote}</button></div>
            </form>`
            }
          </section>`;
}

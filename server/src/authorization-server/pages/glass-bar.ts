/** The bar of a broken glass: on every page of whoever broke it, until it is closed. What ends it is as near as what it says. */
import type { Brand } from './brand.ts';
import { clockTime } from './dates.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';

export interface GlassBar {
  readonly id: string;
  /** The patient's name, where this person may see it; else the number; undefined: nobody was opened yet. */
  readonly patient: { readonly id: string; readonly name: string | undefined } | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whole minutes left when the page was made, rounded up. */
  readonly minutes: number;
  /** The token of the form that closes it. */
  readonly csrf: string;
}

export function glassBar(bar: GlassBar | undefined, brand: Brand): Html | undefined {
  if (bar === undefined) return undefined;
  const text = brand.language.texts.glass;
  const { patient } = bar;
  const whom = patient === undefined ? text.anybody : (patient.name ?? text.numbered(patient.id));
  return html`<section class="broken-bar" aria-label="${text.isBroken}"><div>
    <p>${icons.glass}<span><strong>${text.brokenFor(whom)}</strong> ${text.barUntil(html`<time>${clockTime(bar.expiresAt, brand)}</time>`, bar.minutes)} <a href="/break-glass/opened">${text.openedTitle}</a></span></p>
    <form method="post" action="/break-glass/close"><input type="hidden" name="csrf" value="${bar.csrf}"><button class="btn small" name="glass" value="${bar.id}">${text.close}</button></form>
  </div></section>`;
}

/** FHIR R4 search.html#string, #uri. */
import type { TextValue } from './values-in.ts';

/** Begins with the value, whatever the case; `:contains` anywhere; `:exact` to the letter. */
export function stringTest(value: string, modifier: string | undefined, folds: boolean): (found: TextValue) => boolean {
  if (modifier === 'exact') return ({ text }) => text === value;
  const wanted = folded(value, folds);
  return modifier === 'contains'
    ? ({ text }) => folded(text, folds).includes(wanted)
    : ({ text }) => folded(text, folds).startsWith(wanted);
}

function folded(text: string, accents: boolean): string {
  const lower = text.normalize('NFC').toLowerCase();
  return accents ? lower.normalize('NFD').replace(/\p{M}/gu, '') : lower;
}

/** `:below`: the value is above what is found; `:above` the other way round. */
export function uriTest(value: string, modifier: string | undefined): (found: TextValue) => boolean {
  if (modifier === 'below') return ({ text }) => text === value || text.startsWith(folder(value));
  if (modifier === 'above') return ({ text }) => text === value || value.startsWith(folder(text));
  return ({ text }) => text === value;
}

function folder(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

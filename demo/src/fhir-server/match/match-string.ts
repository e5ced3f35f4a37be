// FHIR R4 search §3.1.1.4.8 (string) and §3.1.1.4.13 (uri)
import type { Habits } from '../habits.ts';

export function matchString(
  value: string,
  modifier: 'exact' | 'contains' | undefined,
  habits: Habits,
): (candidate: string) => boolean {
  if (modifier === 'exact') return (candidate) => candidate === value;
  const plain = (text: string) => {
    const lower = text.normalize('NFC').toLowerCase();
    return habits.foldsAccents ? lower.normalize('NFD').replace(/\p{M}/gu, '') : lower;
  };
  const wanted = plain(value);
  return modifier === 'contains'
    ? (candidate) => plain(candidate).includes(wanted)
    : (candidate) => plain(candidate).startsWith(wanted);
}

export function matchUri(value: string, modifier: 'below' | 'above' | undefined): (candidate: string) => boolean {
  if (modifier === 'below')
    return (candidate) => candidate === value || candidate.startsWith(value.endsWith('/') ? value : `${value}/`);
  if (modifier === 'above')
    return (candidate) => value === candidate || value.startsWith(candidate.endsWith('/') ? candidate : `${candidate}/`);
  return (candidate) => candidate === value;
}

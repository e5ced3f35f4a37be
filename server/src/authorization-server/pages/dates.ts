/** Dates by language with the month as a word (never 03/04), in UTC; FHIR dates may be a year or a month only. */
import type { Language } from './language.ts';

/** English dates are written the way that puts the day first. */
function locale(language: Language): string {
  return language.code === 'en' ? 'en-GB' : language.code;
}

/** Milliseconds since the epoch. */
export function longDate(at: number, language: Language): string {
  return new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    at,
  );
}

export function timeOfDay(at: number, language: Language): string {
  return new Intl.DateTimeFormat(locale(language), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(at);
}

/** `03:29`, in UTC as everything here. */
export function clockTime(at: number, language: Language): string {
  return new Intl.DateTimeFormat(locale(language), {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(at);
}

/** `2019-03-14` is `14 Mar 2019`; `2019-03` and `2019` stay as they are. */
export function birthDateText(date: string, language: Language): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at)) return date;
  return new Intl.DateTimeFormat(locale(language), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(at);
}

/** Whole years; undefined without a whole date. */
export function ageInYears(birthDate: string, now: number): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate);
  if (match === null) return undefined;
  const today = new Date(now);
  const before =
    today.getUTCMonth() + 1 < Number(match[2]) ||
    (today.getUTCMonth() + 1 === Number(match[2]) && today.getUTCDate() < Number(match[3]));
  return today.getUTCFullYear() - Number(match[1]) - (before ? 1 : 0);
}

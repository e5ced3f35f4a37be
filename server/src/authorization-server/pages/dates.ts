/**
 * Dates and times by language, with the month as a word (never 03/04) and to the minute, in the hospital's time zone. In UTC, which is on nobody's wall, its name is said;
 * FHIR dates may be a year or a month only.
 */
import type { Brand } from './brand.ts';
import type { Language } from './language.ts';

/** How a reader reads a time. */
export type Reading = Pick<Brand, 'language' | 'timeZone'>;

const MINUTE_MS = 60_000;

/** English dates are written the way that puts the day first. */
function locale(language: Language): string {
  return language.code === 'en' ? 'en-GB' : language.code;
}

/** Milliseconds since the epoch. */
export function longDate(at: number, { language, timeZone }: Reading): string {
  return new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(at);
}

/** `Monday 23 November 2026`: the head of a day in a list. */
export function dayHeading(at: number, { language, timeZone }: Reading): string {
  const parts = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone } as const;
  return new Intl.DateTimeFormat(locale(language), parts).format(at);
}

/** `03:29`, or `03:29 UTC`. */
export function clockTime(at: number, { language, timeZone }: Reading): string {
  return new Intl.DateTimeFormat(locale(language), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    ...(timeZone === 'UTC' ? { timeZoneName: 'short' as const } : {}),
  }).format(at);
}

/** The first whole minute that is not before it: whoever waits until then has waited long enough. */
export function clockTimeFrom(at: number, reading: Reading): string {
  return clockTime(Math.ceil(at / MINUTE_MS) * MINUTE_MS, reading);
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

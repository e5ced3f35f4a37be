/** Dates with the month as a word (never 03/04), in UTC; FHIR dates may be a year or a month only. */
const full = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
});

/** Milliseconds since the epoch. */
export function longDate(at: number): string {
  return full.format(at);
}

export function timeOfDay(at: number): string {
  return clock.format(at);
}

/** `2019-03-14` is `14 Mar 2019`; `2019-03` and `2019` stay as they are. */
export function birthDateText(date: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? date : short.format(at);
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

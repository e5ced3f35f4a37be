/** FHIR R4 datatypes.html#dateTime and #Period: when a period holds, read so that a consent is in force rather too long than too short. */

/** `during`, `outside`, or `unreadable`. Absent bounds are open. */
export function periodHolds(period: unknown, now: number): 'during' | 'outside' | 'unreadable' {
  if (period === undefined) return 'during';
  if (typeof period !== 'object' || period === null || Array.isArray(period)) return 'unreadable';
  const { start, end } = period as { readonly start?: unknown; readonly end?: unknown };
  const from = start === undefined ? Number.NEGATIVE_INFINITY : earliest(start);
  const to = end === undefined ? Number.POSITIVE_INFINITY : latest(end);
  if (from === undefined || to === undefined) return 'unreadable';
  return now < from || now > to ? 'outside' : 'during';
}

const HOUR = 3_600_000;
/** A date without a time zone begins first at UTC+14 and ends last at UTC-12. */
const AHEAD = 14 * HOUR;
const BEHIND = 12 * HOUR;

const shape = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;

function earliest(text: unknown): number | undefined {
  return bounds(text)?.[0];
}

function latest(text: unknown): number | undefined {
  return bounds(text)?.[1];
}

/** First and last millisecond that the text may mean. */
function bounds(text: unknown): readonly [number, number] | undefined {
  const parts = typeof text === 'string' ? shape.exec(text) : null;
  if (parts === null) return undefined;
  const [, year = '', month, day, time] = parts;
  if (time !== undefined) {
    const instant = Date.parse(parts[0]);
    // Without a fraction of a second, the whole second is meant.
    return Number.isNaN(instant) ? undefined : [instant, time.includes('.') ? instant : instant + 999];
  }
  const from = Date.UTC(Number(year), Number(month ?? '1') - 1, Number(day ?? '1'));
  const months = month === undefined ? 12 : 1;
  const to = day === undefined ? Date.UTC(Number(year), Number(month ?? '1') - 1 + months, 1) : from + 24 * HOUR;
  return [from - AHEAD, to + BEHIND - 1];
}

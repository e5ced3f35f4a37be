/** FHIR R4 datatypes.html#dateTime and #Period, read so that what they may mean is never too little. */

/** `during`, `outside`, or `unreadable`. Absent bounds are open. */
export function periodHolds(period: unknown, now: number): 'during' | 'outside' | 'unreadable' {
  if (period === undefined) return 'during';
  const range = rangeOf(period);
  if (range === undefined) return 'unreadable';
  return now < range.from || now > range.to ? 'outside' : 'during';
}

/** First and last millisecond; infinite where open. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A Period, as long as it may mean. Undefined when it cannot be read, or ends before it starts. */
export function rangeOf(period: unknown): Range | undefined {
  if (typeof period !== 'object' || period === null || Array.isArray(period)) return undefined;
  const { start, end } = period as { readonly start?: unknown; readonly end?: unknown };
  const from = start === undefined ? Number.NEGATIVE_INFINITY : momentsOf(start)?.from;
  const to = end === undefined ? Number.POSITIVE_INFINITY : momentsOf(end)?.to;
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
}

const HOUR = 3_600_000;
/** A date without a time zone begins first at UTC+14 and ends last at UTC-12. */
const AHEAD = 14 * HOUR;
const BEHIND = 12 * HOUR;

const shape = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;

/** First and last millisecond that a date or time may mean. */
export function momentsOf(text: unknown): Range | undefined {
  const parts = typeof text === 'string' ? shape.exec(text) : null;
  if (parts === null) return undefined;
  const [, year = '', month, day, time] = parts;
  if (time !== undefined) {
    const instant = Date.parse(parts[0]);
    // Without a fraction of a second, the whole second is meant.
    return Number.isNaN(instant) ? undefined : { from: instant, to: time.includes('.') ? instant : instant + 999 };
  }
  const from = Date.UTC(Number(year), Number(month ?? '1') - 1, Number(day ?? '1'));
  const months = month === undefined ? 12 : 1;
  const to = day === undefined ? Date.UTC(Number(year), Number(month ?? '1') - 1 + months, 1) : from + 24 * HOUR;
  return { from: from - AHEAD, to: to + BEHIND - 1 };
}

// FHIR R4 search §3.1.1.4.7 (date): every date is a range, as wide as it is imprecise.

/** Milliseconds since 1970, from `low` up to but not including `high`. */
export interface DateRange {
  readonly low: number;
  readonly high: number;
}

const PATTERN = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** NaN on both sides when the text is no date: such a value compares false with everything. Without a zone it is UTC. */
export function dateRange(text: string): DateRange {
  const match = PATTERN.exec(text);
  if (match === null) return { low: NaN, high: NaN };
  const [, year = '', month, day, hour, minute, second, fraction, zone = 'Z'] = match;
  if (month === undefined) return { low: Date.UTC(+year, 0), high: Date.UTC(+year + 1, 0) };
  if (day === undefined) return { low: Date.UTC(+year, +month - 1), high: Date.UTC(+year, +month) };
  if (hour === undefined) return span(Date.UTC(+year, +month - 1, +day), 86_400_000);
  const low = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${(fraction ?? '').slice(0, 4)}${zone}`);
  return span(low, second === undefined ? 60_000 : fraction === undefined ? 1000 : 1);
}

const span = (low: number, length: number): DateRange => ({ low, high: low + length });

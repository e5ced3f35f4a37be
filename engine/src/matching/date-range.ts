/** FHIR R4 search.html#date: every date is a range, as wide as it is imprecise. */

/** Milliseconds since 1970, from `low` up to but not including `high`. */
export interface DateRange {
  readonly low: number;
  readonly high: number;
}

const pattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** NaN on both sides when the text is no date: such a value compares false with everything. Without a zone it is UTC. */
export function dateRange(text: string): DateRange {
  const parts = pattern.exec(text);
  if (parts === null) return { low: Number.NaN, high: Number.NaN };
  const [, year = '', month, day, hour, minute, second, fraction, zone = 'Z'] = parts;
  const [y, m] = [Number(year), Number(month) - 1];
  if (month === undefined) return { low: Date.UTC(y, 0), high: Date.UTC(y + 1, 0) };
  if (day === undefined) return { low: Date.UTC(y, m), high: Date.UTC(y, m + 1) };
  if (hour === undefined) return lasting(Date.UTC(y, m, Number(day)), 86_400_000);
  const low = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${(fraction ?? '').slice(0, 4)}${zone}`);
  return lasting(low, second === undefined ? 60_000 : fraction === undefined ? 1000 : 1);
}

function lasting(low: number, length: number): DateRange {
  return { low, high: low + length };
}

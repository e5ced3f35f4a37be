// FHIR R4 search §3.1.1.4.5 and §3.1.1.4.7: date ranges against date ranges
import { Refusal } from '../answer.ts';
import { type DateRange, dateRange } from '../search/date-range.ts';
import { prefixed } from './prefix.ts';

export function matchDate(value: string, now: Date): (candidate: DateRange) => boolean {
  const { prefix, rest } = prefixed(value);
  const { low, high } = dateRange(rest);
  if (Number.isNaN(low)) throw new Refusal(400, 'value', `"${rest}" is not a date`);
  const within = (c: DateRange) => c.low >= low && c.high <= high;
  const margin = Math.abs(now.getTime() - low) / 10;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return (c) => !within(c);
    case 'gt':
      return (c) => c.high > high;
    case 'lt':
      return (c) => c.low < low;
    case 'ge':
      return (c) => c.high > high || within(c);
    case 'le':
      return (c) => c.low < low || within(c);
    case 'sa':
      return (c) => c.low >= high;
    case 'eb':
      return (c) => c.high <= low;
    case 'ap':
      return (c) => c.low < high + margin && c.high > low - margin;
  }
}

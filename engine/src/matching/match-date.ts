/**
 * FHIR R4 search.html#prefix on dates: ranges against ranges. `ap` widens by a tenth of the way from the value to now, as the specification
 * recommends, so it has no test where no time is given.
 */
import { type DateRange, dateRange } from './date-range.ts';
import { prefixed } from './prefix.ts';

export function dateTest(value: string, now: number | undefined): ((found: DateRange) => boolean) | undefined {
  const { prefix, rest } = prefixed(value);
  const { low, high } = dateRange(rest);
  if (Number.isNaN(low)) return undefined;
  const within = (found: DateRange): boolean => found.low >= low && found.high <= high;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return (found) => !within(found);
    case 'gt':
      return (found) => found.high > high;
    case 'lt':
      return (found) => found.low < low;
    case 'ge':
      return (found) => found.high > high || within(found);
    case 'le':
      return (found) => found.low < low || within(found);
    case 'sa':
      return (found) => found.low >= high;
    case 'eb':
      return (found) => found.high <= low;
    case 'ap': {
      if (now === undefined) return undefined;
      const margin = Math.abs(now - low) / 10;
      return (found) => found.low < high + margin && found.high > low - margin;
    }
  }
}

/** FHIR R4 search.html#number, #quantity: 5.40 means anything that rounds to it. */
import { prefixed } from './prefix.ts';
import type { AmountValue } from './values-in.ts';

/** `[prefix]number`, for quantities with `|system|code`. */
export function amountTest(value: string): (found: AmountValue) => boolean {
  const [number = '', system = '', ...rest] = value.split('|');
  const code = rest.join('|');
  const compare = comparison(number);
  return (found) => compare(found) && (system === '' || found.system === system) && (code === '' || found.units.includes(code));
}

function comparison(text: string): (found: AmountValue) => boolean {
  const { prefix, rest } = prefixed(text);
  const wanted = Number(rest);
  const half = precision(rest) / 2;
  // 1.1 + 0.05 is 1.1500000000000001 in binary: brought back to the decimal that is meant.
  const low = Number((wanted - half).toPrecision(15));
  const high = Number((wanted + half).toPrecision(15));
  const margin = Math.abs(wanted) / 10;
  switch (prefix) {
    case 'eq':
      return (found) => found.low >= low && found.high < high;
    case 'ne':
      return (found) => found.low < low || found.high >= high;
    case 'gt':
      return (found) => found.high > wanted;
    case 'lt':
      return (found) => found.low < wanted;
    case 'ge':
      return (found) => found.high >= wanted;
    case 'le':
      return (found) => found.low <= wanted;
    case 'sa':
      return (found) => found.low > wanted;
    case 'eb':
      return (found) => found.high < wanted;
    case 'ap':
      return (found) => found.high >= wanted - margin && found.low <= wanted + margin;
  }
}

/** The weight of the last digit written. */
function precision(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const point = mantissa.indexOf('.');
  return 10 ** (Number(exponent) - (point < 0 ? 0 : mantissa.length - point - 1));
}

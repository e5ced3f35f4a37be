// FHIR R4 search §3.1.1.4.6 (number) and §3.1.1.4.11 (quantity): 5.40 means anything that rounds to it
import { Refusal } from '../answer.ts';
import type { Amount } from '../search/extract.ts';
import { prefixed } from './prefix.ts';

/** `[prefix]number`, and for quantities `|system|code`. */
export function matchAmount(value: string): (candidate: Amount) => boolean {
  const [number = '', system = '', code = '', ...more] = value.split('|');
  if (more.length > 0) throw new Refusal(400, 'value', `"${value}" is not a quantity`);
  const { prefix, rest } = prefixed(number);
  if (!/^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(rest)) throw new Refusal(400, 'value', `"${rest}" is not a number`);
  const wanted = Number(rest);
  const half = precision(rest) / 2;
  // 1.1 + 0.05 is 1.1500000000000001 in binary: brought back to the decimal that is meant.
  const [low = NaN, high = NaN] = [wanted - half, wanted + half].map((edge) => Number(edge.toPrecision(15)));
  const compare = comparison();
  return (candidate) =>
    compare(candidate) && (system === '' || candidate.system === system) && (code === '' || candidate.units.includes(code));

  function comparison(): (c: Amount) => boolean {
    switch (prefix) {
      case 'eq':
        return (c) => c.low >= low && c.high < high;
      case 'ne':
        return (c) => c.low < low || c.high >= high;
      case 'gt':
        return (c) => c.high > wanted;
      case 'lt':
        return (c) => c.low < wanted;
      case 'ge':
        return (c) => c.high >= wanted;
      case 'le':
        return (c) => c.low <= wanted;
      case 'sa':
        return (c) => c.low > wanted;
      case 'eb':
        return (c) => c.high < wanted;
      case 'ap':
        return (c) => c.high >= wanted - Math.abs(wanted) / 10 && c.low <= wanted + Math.abs(wanted) / 10;
    }
  }
}

/** The weight of the last digit written. */
function precision(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const point = mantissa.indexOf('.');
  return 10 ** (Number(exponent) - (point < 0 ? 0 : mantissa.length - point - 1));
}

/** RFC 6902 §4.6: when two JSON values are equal. */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { memberFinder } from './member-finder.ts';

/** Strings by characters, numbers by exact numeric value (1.10 = 1.1), arrays in order, objects in any order. */
export function sameValue(one: JsonDocument, a: JsonNode, other: JsonDocument, b: JsonNode): boolean {
  const kind = one.kind(a);
  if (kind !== other.kind(b)) return false;
  switch (kind) {
    case 'string':
      return one.string(a) === other.string(b);
    case 'number':
      return canonicalNumber(one.raw(a)) === canonicalNumber(other.raw(b));
    case 'array': {
      if (one.size(a) !== other.size(b)) return false;
      let twin = other.first(b);
      for (let item = one.first(a); item !== NONE; item = one.next(item), twin = other.next(twin)) {
        if (!sameValue(one, item, other, twin)) return false;
      }
      return true;
    }
    case 'object':
      return one.size(a) === other.size(b) && sameMembers(one, a, other, b);
    case 'true':
    case 'false':
    case 'null':
      return true;
  }
}

/** The sizes are equal and names are distinct, so finding a twin for each member is enough. */
function sameMembers(one: JsonDocument, a: JsonNode, other: JsonDocument, b: JsonNode): boolean {
  const twinOf = memberFinder(other, b);
  for (let member = one.first(a); member !== NONE; member = one.next(member)) {
    const twin = twinOf(one.key(member));
    if (twin === NONE || !sameValue(one, member, other, twin)) return false;
  }
  return true;
}

/**
 * The same text for numerically equal numbers: significant digits and a power of ten. Not through a double, which would merge long ones.
 * A number of absurd length equals only itself as written.
 */
function canonicalNumber(raw: string): string {
  if (raw.length > 400) return raw;
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(raw)!;
  const digits = (whole! + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

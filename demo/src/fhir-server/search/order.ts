// FHIR R4 search §3.1.1.5.1 (_sort), and a total order beneath it: ties never depend on luck, so that pages neither repeat nor skip.
import { Refusal } from '../answer.ts';
import type { Version } from '../storage/version.ts';
import type { SearchContext } from './context.ts';
import type { DateRange } from './date-range.ts';
import type { ParameterType } from './definitions.ts';
import { type Amount, extracted, type Link, type Token } from './extract.ts';
import type { SortKey } from './query.ts';

type Key = number | string | null;

/** A resource's place: the values of the sort keys (null = missing, always last), then type, then the tie breaker. */
export type Place = readonly Key[];

export function placeOf(context: SearchContext, sort: readonly SortKey[], version: Version): Place {
  const { type, id, created } = version.facts;
  return [...sort.map((key) => keyOf(context, key, version)), type, context.habits.tieOrder === 'id' ? id : created];
}

export function comparePlaces(sort: readonly SortKey[], one: Place, other: Place): number {
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] ?? null, other[i] ?? null];
    if (a === b) continue;
    if (a === null || b === null) return a === null ? 1 : -1;
    return (a < b ? -1 : 1) * (sort[i]?.descending === true ? -1 : 1);
  }
  return 0;
}

export const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Throws Refusal 400 for anything that this server did not make for such a search. */
export function parseCursor(text: string, sort: readonly SortKey[]): Place {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    place = undefined;
  }
  const fits =
    Array.isArray(place) &&
    place.length === sort.length + 2 &&
    place.every((key) => key === null || ['string', 'number'].includes(typeof key));
  if (!fits) throw new Refusal(400, 'value', 'this is no page of this search');
  return place as Place;
}

function keyOf(context: SearchContext, { code, descending }: SortKey, version: Version): Key {
  const parameter = context.definitions.parameters(version.facts.type).get(code);
  if (parameter === undefined) return null;
  const keys = extracted(version, parameter, context.base).map((value) => keyFor(parameter.type, value, descending));
  return keys.reduce(
    (best, key) => (best === null || (key !== null && (descending ? key > best : key < best)) ? key : best),
    null,
  );
}

function keyFor(type: ParameterType, value: unknown, descending: boolean): Key {
  switch (type) {
    case 'token':
      return (value as Token).code ?? null;
    case 'string':
      return (value as string).toLowerCase();
    case 'date':
      return finite(descending ? (value as DateRange).high : (value as DateRange).low);
    case 'number':
    case 'quantity':
      return finite((value as Amount).low);
    case 'uri':
      return value as string;
    case 'reference':
      return (value as Link).target ?? null;
    case 'composite':
      return null;
  }
}

const finite = (value: number): Key => (Number.isFinite(value) ? value : null);

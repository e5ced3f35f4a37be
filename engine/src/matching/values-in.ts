/**
 * From elements to what is compared: one small form for each type of search parameter (FHIR R4 search.html#ptypes). The form of an element says
 * of which data type it is, since a parameter may read several.
 */
import type { SearchParameterType } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '../json/scan.ts';
import { type DateRange, dateRange } from './date-range.ts';

/** `system` null: fixed by the definition of the element, so that the document does not hold it. Undefined: none. */
export interface TokenValue {
  readonly kind: 'token';
  readonly system: string | null | undefined;
  readonly code: string | undefined;
  /** What is shown for it: the text of the concept, the display of the coding, the text of an identifier's type. */
  readonly text: readonly string[];
  /** Of an identifier: what kind it is. */
  readonly kinds: readonly { readonly system: string | undefined; readonly code: string | undefined }[];
}
export interface TextValue {
  readonly kind: 'text';
  readonly text: string;
}
export interface RangeValue extends DateRange {
  readonly kind: 'range';
}
export interface AmountValue {
  readonly kind: 'amount';
  readonly low: number;
  readonly high: number;
  readonly system: string | undefined;
  readonly units: readonly string[];
}
export interface LinkValue {
  readonly kind: 'link';
  /** `Type/id` when it is below one of the bases, else the text as it stands; without a version. */
  readonly target: string | undefined;
  readonly identifier: TokenValue | undefined;
}
export type SearchValue = TokenValue | TextValue | RangeValue | AmountValue | LinkValue;

const CODE = name('code');
const CODING = name('coding');
const CURRENCY = name('currency');
const DISPLAY = name('display');
const END = name('end');
const EVENT = name('event');
const HIGH = name('high');
const IDENTIFIER = name('identifier');
const LOW = name('low');
const BOUNDS = name('boundsPeriod');
const REFERENCE = name('reference');
const REPEAT = name('repeat');
const START = name('start');
const SYSTEM = name('system');
const TEXT = name('text');
const TYPE = name('type');
const UNIT = name('unit');
const VALUE = name('value');
/** ContactPoint.system says what kind of contact it is; it is no code system. */
const contactSystems: ReadonlySet<string> = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);
/** The parts of HumanName and Address that a string search reads. */
const words: readonly Name[] = [
  'text',
  'family',
  'given',
  'prefix',
  'suffix',
  'line',
  'city',
  'district',
  'state',
  'postalCode',
  'country',
].map(name);

export function valuesIn(
  type: SearchParameterType,
  document: JsonDocument,
  node: JsonNode,
  bases: readonly string[],
): readonly SearchValue[] {
  switch (type) {
    case 'token':
      return tokens(document, node);
    case 'string':
      return strings(document, node).map((text) => ({ kind: 'text', text }));
    case 'uri': {
      const text = document.string(node);
      return text === undefined ? [] : [{ kind: 'text', text }];
    }
    case 'date':
      return dates(document, node).map(({ low, high }) => ({ kind: 'range', low, high }));
    case 'number':
    case 'quantity':
      return amounts(document, node);
    case 'reference':
      return [link(document, node, bases)];
    case 'composite':
    case 'special':
      return [];
  }
}

function tokens(document: JsonDocument, node: JsonNode): readonly TokenValue[] {
  const token = (
    system: string | null | undefined,
    code: string | undefined,
    text: readonly string[] = [],
    kinds: TokenValue['kinds'] = [],
  ): TokenValue => ({ kind: 'token', system, code, text, kinds });
  switch (document.kind(node)) {
    case 'string':
      return [token(null, document.string(node))];
    case 'true':
    case 'false':
    case 'number':
      return [token(null, document.raw(node))];
    case 'array':
    case 'null':
      return [];
    case 'object':
      break;
  }
  const textOf = (at: JsonNode): readonly string[] =>
    [DISPLAY, TEXT].flatMap((member) => document.string(document.member(at, member)) ?? []);
  const codeOf = (coding: JsonNode) => ({
    system: document.string(document.member(coding, SYSTEM)),
    code: document.string(document.member(coding, CODE)),
  });
  const codings = document.member(node, CODING);
  if (codings !== NONE) {
    return itemsOf(document, codings).map((coding) => {
      const { system, code } = codeOf(coding);
      return token(system, code, [...textOf(node), ...textOf(coding)]);
    });
  }
  const system = document.string(document.member(node, SYSTEM));
  const value = document.string(document.member(node, VALUE));
  if (value === undefined) return [token(system, document.string(document.member(node, CODE)), textOf(node))];
  if (system !== undefined && contactSystems.has(system)) return [token(null, value)];
  const kind = document.member(node, TYPE);
  return [token(system, value, textOf(kind), itemsOf(document, document.member(kind, CODING)).map(codeOf))];
}

function strings(document: JsonDocument, node: JsonNode): readonly string[] {
  const own = document.string(node);
  if (own !== undefined) return [own];
  return words.flatMap((word) => itemsOf(document, document.member(node, word)).flatMap((item) => document.string(item) ?? []));
}

/** date, dateTime and instant; Period; Timing by its events and bounds. */
function dates(document: JsonDocument, node: JsonNode): readonly DateRange[] {
  const own = document.string(node);
  if (own !== undefined) return [dateRange(own)];
  const bounds = document.at(node, REPEAT, BOUNDS);
  const events = itemsOf(document, document.member(node, EVENT));
  if (bounds !== NONE || events.length > 0) {
    return [...events, ...(bounds === NONE ? [] : [bounds])].flatMap((one) => dates(document, one));
  }
  const [start, end] = [document.string(document.member(node, START)), document.string(document.member(node, END))];
  if (start === undefined && end === undefined) return [];
  return [
    {
      low: start === undefined ? Number.NEGATIVE_INFINITY : dateRange(start).low,
      high: end === undefined ? Number.POSITIVE_INFINITY : dateRange(end).high,
    },
  ];
}

/** A number, a Quantity or Money, a Range. */
function amounts(document: JsonDocument, node: JsonNode): readonly AmountValue[] {
  const own = document.number(node);
  if (own !== undefined) return [{ kind: 'amount', low: own, high: own, system: undefined, units: [] }];
  const value = document.number(document.member(node, VALUE));
  if (value !== undefined) {
    const units = [CODE, UNIT, CURRENCY].flatMap((unit) => document.string(document.member(node, unit)) ?? []);
    const system = document.string(document.member(node, SYSTEM));
    return [{ kind: 'amount', low: value, high: value, system, units }];
  }
  const [low, high] = [LOW, HIGH].map((edge) => {
    const at = document.member(node, edge);
    return at === NONE ? undefined : amounts(document, at)[0];
  });
  const unit = low ?? high;
  if (unit === undefined) return [];
  return [{ ...unit, low: low?.low ?? Number.NEGATIVE_INFINITY, high: high?.high ?? Number.POSITIVE_INFINITY }];
}

function link(document: JsonDocument, node: JsonNode, bases: readonly string[]): LinkValue {
  const text = document.string(node) ?? document.string(document.member(node, REFERENCE));
  const identifier = document.member(node, IDENTIFIER);
  return {
    kind: 'link',
    target: text === undefined ? undefined : localTarget(text, bases),
    identifier: identifier === NONE ? undefined : tokens(document, identifier)[0],
  };
}

/** Without its base, when it is one of ours, and without a version. */
export function localTarget(text: string, bases: readonly string[]): string {
  const base = bases.find((one) => text.startsWith(`${one}/`));
  return (base === undefined ? text : text.slice(base.length + 1)).replace(/\/_history\/[^/]+$/, '');
}

/** Items of a list, or the one value itself. */
function itemsOf(document: JsonDocument, node: JsonNode): readonly JsonNode[] {
  if (node === NONE) return [];
  if (!document.isArray(node)) return [node];
  const items: JsonNode[] = [];
  for (let item = document.first(node); item !== NONE; item = document.next(item)) items.push(item);
  return items;
}

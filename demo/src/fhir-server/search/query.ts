// A search request understood: what must match, in which order, how much of it, and what comes along (FHIR R4 search §3.1.1.5).
import { Refusal } from '../answer.ts';
import type { Parameter } from '../request.ts';
import type { SearchContext } from './context.ts';
import type { SearchParameter } from './definitions.ts';
import { type Filter, filterFor } from './filter.ts';

export type Summary = 'false' | 'true' | 'text' | 'data' | 'count';

export interface SortKey {
  readonly code: string;
  readonly descending: boolean;
}
export interface Include {
  readonly source: string;
  /** `undefined` is `*`: every reference parameter. */
  readonly parameter: SearchParameter | undefined;
  readonly target: string | undefined;
  readonly iterate: boolean;
}

export interface Query {
  readonly types: readonly string[];
  readonly filters: ReadonlyMap<string, readonly Filter[]>;
  readonly sort: readonly SortKey[];
  readonly count: number;
  /** Where the page before ended; opaque to clients. */
  readonly after: string | undefined;
  readonly total: boolean;
  readonly summary: Summary;
  readonly elements: readonly string[] | undefined;
  readonly includes: readonly Include[];
  readonly reverseIncludes: readonly Include[];
  /** What of the request was understood, for the self link; without the position. */
  readonly understood: readonly Parameter[];
}

export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 1000;

/** Throws Refusal 400 for malformed values, and for unknown names unless `lenient`. `_type` narrows the types of a system search. */
export function parseQuery(
  context: SearchContext,
  allTypes: readonly string[],
  list: readonly Parameter[],
  lenient: boolean,
): Query {
  const understood: Parameter[] = [];
  const control = new Map<string, string>();
  const rest: Parameter[] = [];
  for (const [name, value] of list) {
    if (!CONTROL.has(name)) rest.push([name, value]);
    else if (control.has(name)) throw new Refusal(400, 'invalid', `${name} is given twice`);
    else control.set(name, value);
    if (CONTROL.has(name) && name !== '_after' && name !== '_format' && name !== '_pretty') understood.push([name, value]);
  }
  const types = narrowed(context, allTypes, control.get('_type'));
  const filters = new Map<string, Filter[]>(types.map((type) => [type, []]));
  const includes: Include[] = [];
  const reverseIncludes: Include[] = [];
  for (const [name, value] of rest) {
    const [bare, modifier] = name.split(':');
    if (bare === '_include' || bare === '_revinclude') {
      const include = parseInclude(context, value, modifier === 'iterate');
      if (include !== undefined) (bare === '_include' ? includes : reverseIncludes).push(include);
      if (include !== undefined) understood.push([name, value]);
      else if (!lenient) throw new Refusal(400, 'not-supported', `unknown ${bare} "${value}"`);
      continue;
    }
    const compiled = types.map((type) => filterFor(context, type, name, value));
    if (compiled.every((filter) => filter !== undefined) && compiled.length > 0) {
      understood.push([name, value]);
      for (const [index, type] of types.entries()) filters.get(type)?.push(compiled[index] as Filter);
    } else if (!lenient) throw new Refusal(400, 'not-supported', `unknown search parameter "${name}"`);
  }
  const elements = control
    .get('_elements')
    ?.split(',')
    .map((each) => each.trim());
  return {
    types,
    filters,
    sort: parseSort(context, types, control.get('_sort'), lenient),
    count: parseCount(control.get('_count')),
    after: control.get('_after'),
    total: oneOf('_total', control.get('_total') ?? 'accurate', ['none', 'estimate', 'accurate']) !== 'none',
    summary: oneOf('_summary', control.get('_summary') ?? 'false', ['false', 'true', 'text', 'data', 'count']),
    elements,
    includes,
    reverseIncludes,
    understood,
  };
}

const CONTROL = new Set(['_count', '_sort', '_total', '_summary', '_elements', '_type', '_after', '_format', '_pretty']);

function narrowed(context: SearchContext, types: readonly string[], only: string | undefined): readonly string[] {
  if (only === undefined) return types;
  const wanted = only.split(',');
  const unknown = wanted.find((type) => !context.definitions.types.has(type));
  if (unknown !== undefined) throw new Refusal(400, 'value', `unknown type "${unknown}"`);
  return types.filter((type) => wanted.includes(type));
}

function parseCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PAGE;
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, 'value', '_count takes a whole number');
  return Math.min(Number(text), LARGEST_PAGE);
}

function parseSort(
  context: SearchContext,
  types: readonly string[],
  text: string | undefined,
  lenient: boolean,
): readonly SortKey[] {
  if (text === undefined || text === '') return [];
  return text.split(',').flatMap((each) => {
    const code = each.replace(/^-/, '');
    if (types.every((type) => context.definitions.parameters(type).has(code)))
      return [{ code, descending: each.startsWith('-') }];
    if (lenient) return [];
    throw new Refusal(400, 'not-supported', `cannot sort by "${code}"`);
  });
}

function parseInclude(context: SearchContext, text: string, iterate: boolean): Include | undefined {
  const [source = '', code = '', target, ...more] = text.split(':');
  if (!context.definitions.types.has(source) || more.length > 0) return undefined;
  if (code === '*') return { source, parameter: undefined, target, iterate };
  const parameter = context.definitions.parameters(source).get(code);
  return parameter?.type === 'reference' ? { source, parameter, target, iterate } : undefined;
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new Refusal(400, 'value', `${name} takes ${allowed.join(', ')}`);
  return found;
}

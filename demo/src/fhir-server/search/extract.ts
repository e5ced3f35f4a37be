// From elements to what is compared: one small form for each type of search parameter (FHIR R4 search §3.1.1.4).
import type { Json, Version } from '../storage/version.ts';
import { type DateRange, dateRange } from './date-range.ts';
import type { ParameterType, SearchParameter } from './definitions.ts';
import { flat, get } from './expression.ts';

export interface Token {
  /** `undefined`: none stated. `null`: the element is a primitive whose system is fixed by its definition. */
  readonly system: string | null | undefined;
  readonly code: string | undefined;
  readonly text: readonly string[];
}
export interface Amount {
  readonly low: number;
  readonly high: number;
  readonly system: string | undefined;
  readonly units: readonly string[];
}
export interface Link {
  /** `Type/id` for a resource of this server, else the text as it stands (without a version). */
  readonly target: string | undefined;
  readonly type: string | undefined;
  readonly identifier: Token | undefined;
}

/** The values of one parameter in one version; computed once. */
export function extracted(version: Version, parameter: SearchParameter, base: string): readonly unknown[] {
  const found = version.extracted.get(parameter.code);
  if (found !== undefined) return found;
  const values = compute(version, parameter, base);
  version.extracted.set(parameter.code, values);
  return values;
}

function compute(version: Version, parameter: SearchParameter, base: string): readonly unknown[] {
  const { facts } = version;
  if (parameter.code === '_id') return [{ system: null, code: facts.id, text: [] } satisfies Token];
  if (parameter.code === '_lastUpdated') return [dateRange(facts.lastUpdated)];
  const nodes = parameter.extract(version.value);
  if (parameter.type !== 'composite') return nodes.flatMap((node) => normalise(parameter.type, node, base));
  return nodes.map((node) =>
    parameter.components.map(({ type, extract }) => extract(node).flatMap((part) => normalise(type, part, base))),
  );
}

function normalise(type: ParameterType, node: Json, base: string): readonly unknown[] {
  switch (type) {
    case 'token':
      return tokens(node);
    case 'string':
      return strings(node);
    case 'date':
      return dates(node);
    case 'number':
    case 'quantity':
      return amounts(node);
    case 'uri':
      return typeof node === 'string' ? [node] : [];
    case 'reference':
      return [link(node, base)];
    case 'composite':
      return [];
  }
}

const TELECOM = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);
const text = (node: Json, name: string): string | undefined => {
  const value = get(node, name);
  return typeof value === 'string' ? value : undefined;
};
const present = (...values: readonly (string | undefined)[]): readonly string[] =>
  values.filter((value) => value !== undefined);

function tokens(node: Json): readonly Token[] {
  if (typeof node === 'string' || typeof node === 'boolean' || typeof node === 'number')
    return [{ system: null, code: String(node), text: [] }];
  const codings = get(node, 'coding');
  if (codings !== undefined) {
    const own = present(text(node, 'text'));
    return flat(codings).map((coding) => ({
      system: text(coding, 'system'),
      code: text(coding, 'code'),
      text: [...own, ...present(text(coding, 'display'))],
    }));
  }
  const value = text(node, 'value');
  const system = text(node, 'system');
  if (value !== undefined) {
    const telecom = system !== undefined && TELECOM.has(system);
    return [{ system: telecom ? null : system, code: value, text: present(text(get(node, 'type') ?? null, 'text')) }];
  }
  return [{ system, code: text(node, 'code'), text: present(text(node, 'display'), text(node, 'text')) }];
}

const WORDS = [
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
] as const;

function strings(node: Json): readonly string[] {
  if (typeof node === 'string') return [node];
  return WORDS.flatMap((word) => flat(get(node, word)).filter((value) => typeof value === 'string'));
}

function dates(node: Json): readonly DateRange[] {
  if (typeof node === 'string') return [dateRange(node)];
  const repeat = get(get(node, 'repeat') ?? null, 'boundsPeriod');
  const events = flat(get(node, 'event'));
  if (events.length > 0 || repeat !== undefined) return [...events, ...flat(repeat)].flatMap(dates);
  const [start, end] = [text(node, 'start'), text(node, 'end')];
  if (start === undefined && end === undefined) return [];
  return [
    { low: start === undefined ? -Infinity : dateRange(start).low, high: end === undefined ? Infinity : dateRange(end).high },
  ];
}

function amounts(node: Json): readonly Amount[] {
  if (typeof node === 'number') return [{ low: node, high: node, system: undefined, units: [] }];
  if (typeof node !== 'object' || node === null) return [];
  const value = get(node, 'value');
  if (typeof value === 'number') {
    return [
      {
        low: value,
        high: value,
        system: text(node, 'system'),
        units: present(text(node, 'code'), text(node, 'unit'), text(node, 'currency')),
      },
    ];
  }
  const [low] = amounts(get(node, 'low') ?? null);
  const [high] = amounts(get(node, 'high') ?? null);
  const unit = low ?? high;
  return unit === undefined
    ? []
    : [{ low: low?.low ?? -Infinity, high: high?.high ?? Infinity, system: unit.system, units: unit.units }];
}

function link(node: Json, base: string): Link {
  const raw = typeof node === 'string' ? node : text(node, 'reference');
  const identifier = get(node, 'identifier');
  const local = raw?.startsWith(`${base}/`) ? raw.slice(base.length + 1) : raw;
  const target = local?.replace(/\/_history\/[^/]+$/, '');
  const type = text(node, 'type') ?? /^([A-Z][A-Za-z]+)\/[^/]+$/.exec(target ?? '')?.[1];
  return { target, type, identifier: identifier === undefined ? undefined : tokens(identifier)[0] };
}

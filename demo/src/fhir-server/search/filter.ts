/**
 * One search parameter of a request to a test on resources (FHIR R4 search §3.1.1.4): values joined by commas are alternatives, a
 * chain or `_has` is a search of its own whose result becomes the values. Unknown names give undefined; who asked decides what then.
 */
import { Refusal } from '../answer.ts';
import { matchAmount } from '../match/match-amount.ts';
import { matchDate } from '../match/match-date.ts';
import { matchReference, referenceTargets } from '../match/match-reference.ts';
import { matchString, matchUri } from '../match/match-string.ts';
import { matchToken, matchTokenText } from '../match/match-token.ts';
import type { Version } from '../storage/version.ts';
import { matchConcepts } from './concepts.ts';
import type { SearchContext } from './context.ts';
import type { ParameterType, SearchParameter } from './definitions.ts';
import { flat, get } from './expression.ts';
import { extracted, type Link } from './extract.ts';

export interface Filter {
  readonly test: (version: Version) => boolean;
  /** A superset of the matches, where one is cheap to have. */
  readonly candidates?: () => Iterable<Version>;
}

type Test = (candidate: never) => boolean;

export function filterFor(context: SearchContext, type: string, name: string, value: string): Filter | undefined {
  if (name.startsWith('_has:')) return reverseChain(context, type, name, value);
  if (name === '_list') return listed(context, type, value);
  const dot = name.indexOf('.');
  if (dot > 0) return chain(context, type, name.slice(0, dot), name.slice(dot + 1), value);
  const [code = '', modifier, ...more] = name.split(':');
  const parameter = context.definitions.parameters(type).get(code);
  if (parameter === undefined || more.length > 0) return undefined;
  if (modifier === 'missing') return missing(context, parameter, value);
  const alternatives = split(value, ',').filter((each) => each !== '');
  if (alternatives.length === 0) throw new Refusal(400, 'value', `${name} needs a value`);
  if (parameter.type === 'reference' && modifier !== 'identifier')
    return reference(context, type, parameter, modifier, alternatives);
  const tests = alternatives.map((each) => test(context, parameter.type, parameter, modifier, each));
  return {
    test: anyValue(
      context,
      parameter,
      tests,
      modifier === 'not' || modifier === 'not-in',
      context.habits.negatesNe && alternatives.every(isNe),
    ),
    ...byId(context, type, parameter, modifier, alternatives),
  };
}

/** All living resources of a type that pass every filter, in the order of creation unless an index was used. */
export function matching(context: SearchContext, type: string, filters: readonly Filter[]): readonly Version[] {
  const source = filters.find(({ candidates }) => candidates !== undefined)?.candidates?.() ?? context.store.all(type);
  const found: Version[] = [];
  for (const version of source) if (filters.every(({ test }) => test(version))) found.push(version);
  return found;
}

function anyValue(
  context: SearchContext,
  parameter: SearchParameter,
  tests: readonly Test[],
  not: boolean,
  noneEqual: boolean,
): Filter['test'] {
  return (version) => {
    const values = extracted(version, parameter, context.base) as readonly never[];
    if (noneEqual) return tests.some((each) => values.every(each));
    return values.some((each) => tests.some((one) => one(each))) !== not;
  };
}

const CONCEPTS: ReadonlySet<string> = new Set(['in', 'not-in', 'above', 'below']);
const isNe = (value: string): boolean => /^ne[-+.\d]/.test(value);

function test(
  context: SearchContext,
  type: ParameterType,
  parameter: SearchParameter,
  modifier: string | undefined,
  value: string,
): Test {
  const unsupported = () => new Refusal(400, 'not-supported', `modifier :${modifier} of ${parameter.code}`);
  switch (type) {
    case 'token':
      if (modifier === 'text') return matchTokenText(unescaped(value));
      if (modifier !== undefined && CONCEPTS.has(modifier)) return matchConcepts(context, modifier, unescaped(value));
      if (modifier !== undefined && modifier !== 'not') throw unsupported();
      return matchToken(unescaped(value));
    case 'string':
      if (modifier !== undefined && modifier !== 'exact' && modifier !== 'contains') throw unsupported();
      return matchString(unescaped(value), modifier, context.habits);
    case 'uri':
      if (modifier !== undefined && modifier !== 'below' && modifier !== 'above') throw unsupported();
      return matchUri(unescaped(value), modifier);
    case 'date':
      if (modifier !== undefined) throw unsupported();
      return matchDate(value, context.now());
    case 'number':
    case 'quantity':
      if (modifier !== undefined) throw unsupported();
      return matchAmount(value);
    case 'reference': {
      if (modifier !== 'identifier')
        return matchReference(referenceTargets(unescaped(value), parameter, modifier, context.base)) as Test;
      const match = matchToken(unescaped(value));
      return (({ identifier }: Link) => identifier !== undefined && match(identifier)) as Test;
    }
    case 'composite': {
      if (modifier !== undefined) throw unsupported();
      const parts = split(value, '$');
      if (parts.length !== parameter.components.length)
        throw new Refusal(400, 'value', `${parameter.code} takes ${parameter.components.length} values joined by $`);
      const tests = parameter.components.map((component, index) =>
        test(context, component.type, parameter, undefined, parts[index] ?? ''),
      );
      return ((values: readonly (readonly never[])[]) => tests.every((each, index) => values[index]?.some(each))) as Test;
    }
  }
}

function missing(context: SearchContext, parameter: SearchParameter, value: string): Filter {
  if (value !== 'true' && value !== 'false') throw new Refusal(400, 'value', ':missing takes true or false');
  return { test: (version) => (extracted(version, parameter, context.base).length === 0) === (value === 'true') };
}

function reference(
  context: SearchContext,
  type: string,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Filter {
  if (modifier !== undefined && !context.definitions.types.has(modifier))
    throw new Refusal(400, 'not-supported', `modifier :${modifier} of ${parameter.code}`);
  return pointingAt(
    context,
    type,
    parameter,
    values.flatMap((value) => referenceTargets(unescaped(value), parameter, modifier, context.base)),
  );
}

function pointingAt(context: SearchContext, type: string, parameter: SearchParameter, targets: readonly string[]): Filter {
  const match = matchReference(targets);
  return {
    test: (version) => (extracted(version, parameter, context.base) as readonly Link[]).some(match),
    candidates: () => context.references.candidates(type, parameter, targets),
  };
}

/** `_id` needs no index: the store is one. */
function byId(
  context: SearchContext,
  type: string,
  parameter: SearchParameter,
  modifier: string | undefined,
  ids: readonly string[],
): { readonly candidates?: () => Iterable<Version> } {
  if (parameter.code !== '_id' || modifier !== undefined) return {};
  return {
    candidates: () => [...new Set(ids)].map((id) => context.store.current(type, id)).filter((version) => version !== undefined),
  };
}

/** §3.1.1.4.14: `subject:Patient.name=x`. Without a type, every target type that knows the rest is searched. */
function chain(context: SearchContext, type: string, head: string, rest: string, value: string): Filter | undefined {
  const [code = '', only, ...more] = head.split(':');
  const parameter = context.definitions.parameters(type).get(code);
  if (parameter?.type !== 'reference' || more.length > 0 || (only !== undefined && !parameter.targets.includes(only)))
    return undefined;
  const stages = (only === undefined ? parameter.targets : [only]).flatMap((target) => {
    const filter = filterFor(context, target, rest, value);
    return filter === undefined ? [] : [{ target, filter }];
  });
  if (stages.length === 0) return undefined;
  return pointingAt(
    context,
    type,
    parameter,
    stages.flatMap(({ target, filter }) => matching(context, target, [filter]).map(({ key }) => key)),
  );
}

/** §3.1.1.4.15: `_has:Observation:patient:code=x` */
function reverseChain(context: SearchContext, type: string, name: string, value: string): Filter | undefined {
  const [, source = '', code = '', ...rest] = name.split(':');
  if (!context.definitions.types.has(source)) return undefined;
  const parameter = context.definitions.parameters(source).get(code);
  const filter = parameter?.type === 'reference' ? filterFor(context, source, rest.join(':'), value) : undefined;
  if (parameter === undefined || filter === undefined) return undefined;
  const targets = new Set(
    matching(context, source, [filter]).flatMap((version) =>
      (extracted(version, parameter, context.base) as readonly Link[]).map(({ target }) => target),
    ),
  );
  return {
    test: (version) => targets.has(version.key),
    candidates: () => [...targets].flatMap((target) => living(context, type, target)),
  };
}

/** §3.1.1.5.10: what a List holds and has not struck out. */
function listed(context: SearchContext, type: string, id: string): Filter {
  const entries = flat(get(context.store.current('List', id)?.value ?? null, 'entry'));
  const targets = new Set(
    entries
      .filter((entry) => get(entry, 'deleted') !== true)
      .map((entry) => get(get(entry, 'item') ?? null, 'reference'))
      .filter((reference) => typeof reference === 'string')
      .map((reference) => (reference.startsWith(`${context.base}/`) ? reference.slice(context.base.length + 1) : reference)),
  );
  return {
    test: (version) => targets.has(version.key),
    candidates: () => [...targets].flatMap((target) => living(context, type, target)),
  };
}

function living(context: SearchContext, type: string, target: string | undefined): readonly Version[] {
  const version = target?.startsWith(`${type}/`) ? context.store.current(type, target.slice(type.length + 1)) : undefined;
  return version === undefined ? [] : [version];
}

/** Splits at a separator that no backslash precedes (§3.1.1.4.4). */
function split(value: string, separator: ',' | '$'): readonly string[] {
  return (value.match(separator === ',' ? /(?:\\[\s\S]|[^,\\])+/g : /(?:\\[\s\S]|[^$\\])+/g) ?? []) as readonly string[];
}

const unescaped = (value: string): string => value.replace(/\\([\s\S])/g, '$1');

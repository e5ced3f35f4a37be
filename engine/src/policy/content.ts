/** Conditions on what a resource holds: codes, elements, and whose record it is. Compiled to hash sets and paths. */
import { type ElementPath, elementPath } from '../fhir/element-path.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { CodeSet } from '../terminology/value-set.ts';
import type { ElementCondition, PolicyRule } from './document.ts';
import { expandElement } from './element-paths.ts';
import { refusePolicy } from './refuse-policy.ts';

export interface CompiledContent {
  readonly codes: CompiledCodes | undefined;
  readonly where: readonly CompiledCondition[];
  /** Ids of the patients whose records are meant. */
  readonly patients: ReadonlySet<string> | undefined;
}

export interface CompiledCodes {
  /** `system|code`. */
  readonly codes: CodeSet;
  /** The codes alone: one that comes without its system may be any of these. */
  readonly bare: ReadonlySet<string>;
  /** Undefined = anywhere in the resource. */
  readonly at: Places | undefined;
}

export interface CompiledCondition {
  /** One of the elements is enough. */
  readonly at: Places;
  readonly test: ElementTest;
}

/** By type. */
export type Places = ReadonlyMap<string, readonly Place[]>;

export interface Place {
  readonly path: ElementPath;
  /** The `_` sibling of a primitive: there without a value when the value is withheld or unknown. */
  readonly shadow: ElementPath;
}

export type ElementTest =
  /** The element refers to the caller, or to a group of theirs; `not`: it does not. */
  | { readonly kind: 'caller'; readonly who: 'caller' | 'group-of-caller'; readonly not: boolean }
  /** Texts as they stand, `system|code`, or `Type/id`. */
  | { readonly kind: 'values'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'exists'; readonly wanted: boolean }
  /** Milliseconds since the epoch, `end` not included; `last`: milliseconds up to the request. */
  | { readonly kind: 'during'; readonly start: number; readonly end: number; readonly last: number };

export type ValueSets = ReadonlyMap<string, CodeSet>;

/** Undefined: the rule asks nothing of the content. Throws Problem `policy-invalid`. */
export function compileContent(rule: PolicyRule, tables: FhirTables, sets: ValueSets, at: string): CompiledContent | undefined {
  const { codes, where, patients } = rule.resources ?? {};
  if (codes === undefined && where === undefined && patients === undefined) return undefined;
  const place = `${at}.resources`;
  return Object.freeze({
    codes: codes && compileCodes(rule, codes, tables, sets, `${place}.codes`),
    where: Object.freeze(
      (where ?? []).map((one, index) => compileCondition(rule, one, tables, sets, `${place}.where[${index}]`)),
    ),
    patients: patients && new Set(patients),
  });
}

function compileCodes(
  rule: PolicyRule,
  { any, valueSets, at }: NonNullable<NonNullable<PolicyRule['resources']>['codes']>,
  tables: FhirTables,
  sets: ValueSets,
  place: string,
): CompiledCodes {
  if (any === undefined && valueSets === undefined) refusePolicy(place, 'name codes in any or value sets in valueSets');
  if (at === undefined && rule.effect === 'permit')
    refusePolicy(
      place,
      'on a permit, say in at which elements hold the code; a code anywhere (a reason, a past finding) would open too much',
    );
  const codes = new Set([...(any ?? []), ...codesOf(valueSets ?? [], sets, `${place}.valueSets`)]);
  return Object.freeze({
    codes,
    bare: new Set([...codes].map((code) => code.slice(code.indexOf('|') + 1))),
    at: at && placesOf(rule, at, tables, `${place}.at`),
  });
}

function compileCondition(
  rule: PolicyRule,
  written: ElementCondition,
  tables: FhirTables,
  sets: ValueSets,
  place: string,
): CompiledCondition {
  return Object.freeze({
    at: placesOf(rule, written.elements, tables, `${place}.elements`),
    test: Object.freeze(testOf(written, sets, place)),
  });
}

function testOf(written: ElementCondition, sets: ValueSets, place: string): ElementTest {
  const { is, isNot, equals, in: values, valueSets, exists, during } = written;
  const given = [is, isNot, equals, values, valueSets, exists, during].filter((one) => one !== undefined).length;
  if (given !== 1) refusePolicy(place, 'write one of: is, isNot, equals, in, valueSets, exists, during');
  if (is !== undefined) return { kind: 'caller', who: is, not: false };
  if (isNot !== undefined) return { kind: 'caller', who: isNot, not: true };
  if (exists !== undefined) return { kind: 'exists', wanted: exists };
  if (during !== undefined) return duringOf(during, place);
  if (equals !== undefined) return { kind: 'values', values: new Set([equals]) };
  return { kind: 'values', values: new Set(values ?? codesOf(valueSets!, sets, `${place}.valueSets`)) };
}

const DAY = 86_400_000;

function duringOf({ start, end, lastDays }: NonNullable<ElementCondition['during']>, place: string): ElementTest {
  const [from, to] = [start, end].map((text) => (text === undefined ? undefined : Date.parse(text)));
  if (Number.isNaN(from) || Number.isNaN(to)) refusePolicy(`${place}.during`, 'there is no such day');
  return {
    kind: 'during',
    start: from ?? Number.NEGATIVE_INFINITY,
    end: to ?? Number.POSITIVE_INFINITY,
    last: lastDays === undefined ? Number.POSITIVE_INFINITY : lastDays * DAY,
  };
}

function codesOf(urls: readonly string[], sets: ValueSets, place: string): readonly string[] {
  return urls.flatMap((url, index) => {
    const codes = sets.get(url);
    if (codes === undefined)
      refusePolicy(`${place}[${index}]`, `there is no value set ${url} among those loaded (policies.valueSets)`);
    if (codes.size === 0) refusePolicy(`${place}[${index}]`, `value set ${url} is empty`);
    return [...codes];
  });
}

/** Every type of the rule must be covered, so that a condition is never silently left out for one of them. */
function placesOf(rule: PolicyRule, written: readonly string[], tables: FhirTables, place: string): Places {
  const types = rule.resources?.types;
  if (types === undefined) refusePolicy(place, 'name the types of the rule in resources.types');
  const found = new Map<string, Place[]>();
  for (const [index, text] of written.entries()) {
    const [type, ...steps] = text.split('.') as [string, ...string[]];
    if (!types.includes(type)) refusePolicy(`${place}[${index}]`, `the rule is not about ${type}`);
    const paths = expandElement(type, steps, tables, `${place}[${index}]`).map((path) => ({
      path: elementPath(path),
      shadow: elementPath(path.replace(/[^.]+$/, '_$&')),
    }));
    found.set(type, [...(found.get(type) ?? []), ...paths]);
  }
  const left = types.filter((type) => !found.has(type));
  if (left.length > 0) refusePolicy(place, `say where in ${left.join(', ')}; a rule of its own may be clearer`);
  return found;
}

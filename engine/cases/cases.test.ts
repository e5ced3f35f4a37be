/** Runs the cases, and proves that they would notice a changed rule: each default rule is spoiled in turn, and some case must fail. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Case } from '../src/case/case.ts';
import { caseSentence } from '../src/case/case-sentence.ts';
import { checkBook, checkCallers } from '../src/case/check-case.ts';
import { type Callers, type CaseWorld, decideCase, differences, type WorldOf } from '../src/case/decide-case.ts';
import { fhirTables } from '../src/fhir/fhir-tables.ts';
import type { FhirVersion } from '../src/fhir/version.ts';
import { compileLabelRules } from '../src/label/compile-label-rules.ts';
import { compilePolicies } from '../src/policy/compile-policies.ts';
import type { PolicyDocument, PolicyRule } from '../src/policy/document.ts';

const read = (file: string): unknown => parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
const policyDocument = read('../../server/policies/default.yaml') as PolicyDocument;
const policies = worldsOf(policyDocument);
const labelRules = compileLabelRules([read('../../server/policies/labels.yaml')]);
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.yaml') && file !== 'callers.yaml');
const books = files.map((file) => checkBook(read(file)));
/** A name means the same in every book. */
const callers: Callers = Object.assign(
  {},
  checkCallers((read('callers.yaml') as { callers: unknown }).callers),
  ...books.map((book) => book.callers ?? {}),
);
const all = books.flatMap(({ cases }) => cases);
const holds = (one: Case, under: WorldOf): boolean => differences(one, decideCase(one, callers, under).result).length === 0;
/** Only a case that holds can notice that something changed. */
const holding = all.filter((one) => holds(one, policies));

describe.each(books)('$title', ({ cases }) => {
  test.each(cases)('$case', (one) => {
    expect(differences(one, decideCase(one, callers, policies).result)).toEqual([]);
  });
});

test('R-079 the cases are many, and cover permits, denies and refusals of every interaction that rules decide', () => {
  expect(all.length).toBeGreaterThanOrEqual(200);
  expect(new Set(all.map((one) => one.case)).size).toBe(all.length);
  for (const interaction of ['read', 'vread', 'search', 'create', 'update', 'patch', 'delete']) {
    expect(
      all.some((one) => one.asks.startsWith(`${interaction} `) && one.expect === 'permit'),
      interaction,
    ).toBe(true);
  }
  expect(new Set(all.map((one) => one.expect))).toEqual(new Set(['permit', 'deny', 'refused']));
});

test('every default rule decides in some case', () => {
  const deciding = new Set(all.flatMap((one) => decideCase(one, callers, policies).result.rules));
  expect(policyDocument.rules.map(({ id }) => id).filter((id) => !deciding.has(id))).toEqual([]);
});

test('every case is explained in one sentence', () => {
  for (const one of all) {
    const { explanation } = decideCase(one, callers, policies);
    const sentence = caseSentence(one, { ...callers[one.caller]!, ...one.but }, explanation);
    expect(sentence).toMatch(/^(An?|Somebody) .+ may (not )?[a-z-]+ this [A-Z][A-Za-z]+: .+[.!?]$/);
  }
});

const total = { confidentiality: 'V', sensitivities: '*', other: '*' };

/** Ways to spoil a rule; undefined where there is nothing to spoil. */
const spoilers: Readonly<Record<string, (rule: PolicyRule) => object | undefined>> = {
  'left out': () => ({ effect: 'gone' }),
  'turned around': turned,
  'without roles': ({ caller }) => caller?.roles && { caller: without(caller, 'roles') },
  'without kinds': ({ caller }) => caller?.kinds && { caller: without(caller, 'kinds') },
  'without relations': ({ caller }) => caller?.relations && { caller: without(caller, 'relations') },
  'without conditions': ({ resources }) => resources?.where && { resources: without(resources, 'where') },
  'without labels': ({ resources }) => resources?.labels && { resources: without(resources, 'labels') },
  'for resources anywhere': ({ resources }) =>
    resources?.inside === undefined ? undefined : { resources: without(resources, 'inside') },
  'for all types': forAllTypes,
  'for all interactions': ({ interactions, mask }) =>
    Array.isArray(interactions) && mask === undefined ? { interactions: { group: ['C', 'R', 'U', 'D', 'E'] } } : undefined,
  'without its mask': ({ mask }) => mask && { mask: undefined },
  'without its purposes': ({ caller }) => caller?.purposes && { caller: without(caller, 'purposes') },
  identified: ({ deIdentify }) => deIdentify && { deIdentify: undefined },
  'without its obligations': ({ obligations }) => obligations && { obligations: undefined },
  'bound by consents': ({ consentExempt }) => consentExempt && { consentExempt: undefined },
  'without its clearance': ({ clears }) => clears && { clears: undefined },
  'clearing everything': ({ effect, clears }) =>
    effect === 'permit' && !isDeepStrictEqual(clears, total) ? { clears: total } : undefined,
};

const spoiled = policyDocument.rules.flatMap((rule) =>
  Object.entries(spoilers).flatMap(([how, spoil]) => {
    const change = spoil(rule);
    return change === undefined ? [] : [{ id: rule.id, how, rule, change }];
  }),
);

test.each(spoiled)('the cases notice when $id is $how', ({ how, rule, change }) => {
  const other = clean({ ...rule, ...change });
  const rules = policyDocument.rules.flatMap((one) => (one !== rule ? [one] : how === 'left out' ? [] : [other]));
  const changed = worldsOf({ ...policyDocument, rules });
  const noticed = holding.filter((one) => !holds(one, changed));
  expect(noticed.map((one) => one.case)).not.toEqual([]);
});

/**
 * Nothing to spoil where a rule names all categories already, or must name its types; nor where it is bound to patients and names both categories that patients' data can
 * have: whatever else is about a patient counts as patient data (R-030).
 */
function forAllTypes({ effect, caller, resources, deIdentify, consentExempt }: PolicyRule): object | undefined {
  const { types, categories } = resources ?? {};
  if (types === undefined && categories === undefined) return undefined;
  if (categories?.length === 5 || deIdentify || consentExempt || resources?.where) return undefined;
  if (caller?.relations !== undefined && categories?.includes('patient') && categories.includes('not-classified'))
    return undefined;
  return { resources: { ...without(resources!, 'types', 'categories'), ...everything(effect) } };
}

function turned({ id, description, effect, fhirVersions, caller, interactions, resources, mask }: PolicyRule): object {
  const same = { id, description, fhirVersions, caller, interactions };
  if (effect === 'deny')
    return { ...same, effect: 'permit', resources: { ...resources, ...everything('permit') }, elements: undefined };
  return {
    ...same,
    effect: 'deny',
    resources,
    clears: undefined,
    deIdentify: undefined,
    obligations: undefined,
    consentExempt: undefined,
    mask: undefined,
    mayLabel: undefined,
    ...(mask === undefined ? {} : { elements: mask }),
  };
}

/** A permit must say what it is about, so "everything" is every category. */
function everything(effect: PolicyRule['effect']): object {
  return effect === 'permit' ? { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] } : {};
}

function without(object: object, ...keys: readonly string[]): object | undefined {
  const left = Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
  return Object.keys(left).length === 0 ? undefined : left;
}

function clean(rule: object): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/** Compiled for a FHIR version when a case first speaks of it. */
function worldsOf(document: unknown): WorldOf {
  const worlds = new Map<FhirVersion, CaseWorld>();
  return (version) => {
    const tables = fhirTables(version);
    const world = worlds.get(version) ?? {
      tables,
      policies: compilePolicies([document], tables),
      labelRules,
    };
    worlds.set(version, world);
    return world;
  };
}

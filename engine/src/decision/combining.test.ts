/** The laws of deny-overrides, on rules and worlds drawn at random, and against a reading of the rules that shares nothing with the engine. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACT,
  ask,
  bases,
  callerOf,
  candidateOf,
  factsOf,
  labelled,
  now,
  policiesOf,
  tables,
  type Words,
} from '../../test/ask.ts';
import type { Relation } from '../enforcement/need.ts';
import { decide } from './decide.ts';
import { explain } from './explain.ts';

// Rules that may apply in any combination; worlds to try them on.
const somePolicies = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...'abcdefghij'),
    effect: fc.constantFrom('permit' as const, 'deny' as const),
    relations: fc.option(fc.subarray(['care-team', 'guardian', 'encounter'], { minLength: 1 }), { nil: undefined }),
    label: fc.option(fc.constantFrom('HIV', 'SEX'), { nil: undefined }),
    clears: fc.option(fc.subarray(['HIV', 'SEX'], { minLength: 1 }), { nil: undefined }),
    elements: fc.option(fc.subarray(['Observation.note', 'Observation.method'], { minLength: 1 }), { nil: undefined }),
  }),
  { selector: (rule) => rule.id, minLength: 1, maxLength: 6 },
);
const someWorld = fc.record({
  patients: fc.subarray(['ann', 'bob']),
  labels: fc.subarray(['HIV', 'SEX']),
  ann: fc.subarray<Relation>(['care-team', 'guardian']),
  bob: fc.subarray<Relation>(['care-team', 'encounter']),
});
type Drawn = typeof somePolicies extends fc.Arbitrary<infer T> ? T : never;
type World = typeof someWorld extends fc.Arbitrary<infer T> ? T : never;

function wordsOf({ id, effect, relations, label, clears, elements }: Drawn[number]): Words {
  const labels = label === undefined ? {} : { labels: { any: [`${ACT}|${label}`] } };
  return {
    ...{
      id,
      effect,
      ...(relations === undefined ? {} : { caller: { relations } }),
      resources: { types: ['Observation'], ...labels },
    },
    ...(effect === 'permit' && clears !== undefined ? { clears: { sensitivities: clears } } : {}),
    ...(elements === undefined ? {} : { [effect === 'permit' ? 'mask' : 'elements']: elements }),
  };
}

function outcome(rules: Drawn, world: World): { readonly effect: string; readonly mask: readonly string[] } {
  const decided = ask(rules.map(wordsOf));
  if (decided.kind === 'refusal') return { effect: 'deny', mask: [] };
  const verdict = decided.judge(
    candidateOf(labelled(...world.labels), world.patients),
    factsOf({ ann: world.ann, bob: world.bob }),
  );
  return { effect: verdict.effect, mask: verdict.effect === 'permit' ? [...verdict.mask].sort() : [] };
}

describe('laws of combining (deny-overrides)', () => {
  test('the order of rules does not matter', () => {
    fc.assert(
      fc.property(somePolicies, someWorld, (rules, world) => {
        expect(outcome([...rules].reverse(), world)).toEqual(outcome(rules, world));
      }),
      { numRuns: 150 },
    );
  });

  test('leaving out a permit never opens, leaving out a deny never closes', () => {
    fc.assert(
      fc.property(somePolicies, someWorld, fc.nat(), (rules, world, pick) => {
        const left = rules.filter((_, index) => index !== pick % rules.length);
        const gone = rules[pick % rules.length]!;
        const [before, after] = [outcome(rules, world), left.length === 0 ? { effect: 'deny' } : outcome(left, world)];
        if (gone.effect === 'permit' && before.effect === 'deny') expect(after.effect).toBe('deny');
        if (gone.effect === 'deny' && before.effect === 'permit') expect(after.effect).toBe('permit');
      }),
      { numRuns: 150 },
    );
  });

  test('it decides like a reading of the rules one by one', () => {
    fc.assert(
      fc.property(somePolicies, someWorld, (rules, world) => {
        expect(outcome(rules, world)).toEqual(plain(rules, world));
      }),
      { numRuns: 300 },
    );
  });

  test('what is explained is what is enforced', () => {
    fc.assert(
      fc.property(somePolicies, someWorld, (rules, world) => {
        const candidate = candidateOf(labelled(...world.labels), world.patients);
        const facts = factsOf({ ann: world.ann, bob: world.bob });
        const input = {
          caller: callerOf(),
          interaction: 'read',
          type: 'Observation',
          policies: policiesOf(rules.map(wordsOf)),
          tables,
          bases,
          now,
        } as const;
        const { result, steps } = explain(input, candidate, facts);
        const decided = decide(input);
        expect(result).toEqual(decided.kind === 'refusal' ? decided : decided.judge(candidate, facts));
        expect(steps.length > 0).toBe(decided.kind === 'permit');
      }),
      { numRuns: 60 },
    );
  });
});

/** The rules as a person would apply them, written without anything of the engine. */
function plain(rules: Drawn, world: World): { readonly effect: string; readonly mask: readonly string[] } {
  const of = (patient: string): readonly string[] => (patient === 'ann' ? world.ann : world.bob);
  const stands = (rule: Drawn[number], patient: string) => rule.relations!.some((relation) => of(patient).includes(relation));
  const met = (rule: Drawn[number]) => rule.label === undefined || world.labels.includes(rule.label);
  const denies = rules.filter((rule) => {
    if (rule.effect !== 'deny' || !met(rule)) return false;
    return rule.relations === undefined || world.patients.some((patient) => stands(rule, patient));
  });
  const permits = rules.filter((rule) => {
    if (rule.effect !== 'permit' || !met(rule)) return false;
    const related =
      rule.relations === undefined || (world.patients.length > 0 && world.patients.every((patient) => stands(rule, patient)));
    return related && world.labels.every((label) => rule.clears?.includes(label));
  });
  if (permits.length === 0 || denies.some((rule) => rule.elements === undefined)) return { effect: 'deny', mask: [] };
  const common = ['note', 'method'].filter((path) => permits.every((rule) => rule.elements?.includes(`Observation.${path}`)));
  const always = denies.flatMap((rule) => rule.elements!.map((element) => element.slice('Observation.'.length)));
  return { effect: 'permit', mask: [...new Set([...common, ...always])].sort() };
}

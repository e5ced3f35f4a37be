/** The six combining algorithms of FHIR Permission: each with its own law, on sets drawn at random, against a table of outcomes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACT, bases, callerOf, candidateOf, factsOf, labelled, now, tables } from '../../test/ask.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import type { Combining } from '../policy/document.ts';
import { decide } from './decide.ts';

const algorithms = [
  'deny-overrides',
  'permit-overrides',
  'ordered-deny-overrides',
  'ordered-permit-overrides',
  'deny-unless-permit',
  'permit-unless-deny',
] as const satisfies readonly Combining[];

const someRule = fc.record({
  effect: fc.constantFrom('permit' as const, 'deny' as const),
  /** Undefined: it always applies. */
  label: fc.option(fc.constantFrom('HIV', 'SEX'), { nil: undefined }),
  mask: fc.option(fc.constantFrom('note', 'method'), { nil: undefined }),
});
const someSet = fc.record({
  combining: fc.constantFrom(...algorithms),
  rules: fc.array(someRule, { minLength: 1, maxLength: 4 }),
});
const someSets = fc.array(someSet, { minLength: 1, maxLength: 3 });
const someLabels = fc.subarray(['HIV', 'SEX']);
type DrawnSet = typeof someSet extends fc.Arbitrary<infer T> ? T : never;
type DrawnRule = DrawnSet['rules'][number];

function documentOf({ combining, rules }: DrawnSet, at: number): unknown {
  return {
    policySet: `set-${at}`,
    version: 1,
    combining,
    rules: rules.map(({ effect, label, mask }, index) => ({
      id: `rule-${at}-${index}`,
      description: 'A rule drawn at random.',
      effect,
      interactions: ['read'],
      resources: { types: ['Observation'], ...(label === undefined ? {} : { labels: { any: [`${ACT}|${label}`] } }) },
      ...(effect === 'permit' ? { clears: { sensitivities: '*' } } : {}),
      ...(effect === 'permit' && mask !== undefined ? { mask: [`Observation.${mask}`] } : {}),
    })),
  };
}

function outcome(sets: readonly DrawnSet[], labels: readonly string[]): 'permit' | 'deny' {
  return verdictOf(sets, labels)?.effect ?? 'deny';
}

function verdictOf(sets: readonly DrawnSet[], labels: readonly string[]) {
  const policies = compilePolicies(sets.map(documentOf), tables);
  const decided = decide({ caller: callerOf(), interaction: 'read', type: 'Observation', policies, tables, bases, now });
  return decided.kind === 'refusal' ? undefined : decided.judge(candidateOf(labelled(...labels), ['ann']), factsOf());
}

/** The table of requirements 4.2, read as it stands. */
function setOutcome({ combining, rules }: DrawnSet, labels: readonly string[]): 'P' | 'D' | 'NA' {
  const applies = (effect: string) => (rule: DrawnRule) =>
    rule.effect === effect && (rule.label === undefined || labels.includes(rule.label));
  const [permit, deny] = [rules.some(applies('permit')), rules.some(applies('deny'))];
  switch (combining) {
    case 'deny-overrides':
    case 'ordered-deny-overrides':
      return deny ? 'D' : permit ? 'P' : 'NA';
    case 'permit-overrides':
    case 'ordered-permit-overrides':
      return permit ? 'P' : deny ? 'D' : 'NA';
    case 'deny-unless-permit':
      return permit ? 'P' : 'D';
    case 'permit-unless-deny':
      // The permit that it stands for reaches normal confidentiality; one of its own rules may reach more.
      return deny ? 'D' : permit || labels.length === 0 ? 'P' : 'NA';
  }
}

describe('combining algorithms', () => {
  test('each decides as its table says; between sets a deny wins, and what nobody permits is denied', () => {
    fc.assert(
      fc.property(someSets, someLabels, (sets, labels) => {
        const each = sets.map((set) => setOutcome(set, labels));
        expect(outcome(sets, labels)).toBe(!each.includes('D') && each.includes('P') ? 'permit' : 'deny');
      }),
      { numRuns: 400 },
    );
  });

  test.each(algorithms)('%s: the order of sets and, but for what is masked, of rules does not matter', (combining) => {
    fc.assert(
      fc.property(someSets, someLabels, (sets, labels) => {
        const drawn = sets.map((set) => ({ ...set, combining }));
        const turned = [...drawn].reverse().map((set) => ({ ...set, rules: [...set.rules].reverse() }));
        expect(outcome(turned, labels)).toBe(outcome(drawn, labels));
      }),
      { numRuns: 60 },
    );
  });

  test.each(algorithms)('%s: adding a deny never permits more, nor does taking a permit away', (combining) => {
    fc.assert(
      fc.property(someSet, someRule, fc.nat(), someLabels, (set, rule, at, labels) => {
        const before = outcome([{ ...set, combining }], labels);
        const rules = [...set.rules];
        rules.splice(at % (rules.length + 1), 0, { ...rule, effect: 'deny' });
        if (before === 'deny') expect(outcome([{ combining, rules }], labels)).toBe('deny');
      }),
      { numRuns: 60 },
    );
  });

  test('ordered: of several permits that apply, the first alone says what is withheld', () => {
    const rules = [
      { effect: 'permit', label: undefined, mask: 'note' },
      { effect: 'permit', label: undefined, mask: undefined },
    ] as const;
    const maskOf = (combining: Combining, drawn: readonly DrawnRule[]) =>
      (verdictOf([{ combining, rules: [...drawn] } as DrawnSet], []) as { mask: readonly string[] }).mask;
    for (const combining of ['ordered-deny-overrides', 'ordered-permit-overrides'] as const) {
      expect(maskOf(combining, rules)).toEqual(['note']);
      expect(maskOf(combining, [...rules].reverse())).toEqual([]);
    }
    expect(maskOf('deny-overrides', rules)).toEqual([]);
  });
});

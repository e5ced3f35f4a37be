import { expect, test } from 'vitest';
import type { FactsNeed, Found, Need, SingleFound } from './need.ts';
import { together } from './together.ts';

/** Asks `rounds` times, and tells what it was given. */
function* flow(name: string, rounds: number): Generator<Need, string, Found> {
  const heard: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const need: FactsNeed = { kind: 'facts', queries: [{ kind: 'consents', patients: [`${name}${round}`] }] };
    const found = yield need;
    if (found.kind !== 'facts') throw new Error('something else');
    heard.push([...(found.answers[0] as { consents: ReadonlyMap<string, unknown> }).consents.keys()].join());
  }
  return heard.join(' ');
}

const nameOf = (need: Need): string =>
  need.kind === 'facts' && need.queries[0]?.kind === 'consents' ? need.queries[0].patients.join() : '?';

/** Answers with what was asked; fails what is named so. */
function run<Result>(flows: Generator<Need, readonly Result[], Found>, failing: readonly string[] = []) {
  const rounds: string[][] = [];
  let step = flows.next();
  while (!step.done) {
    const need = step.value;
    if (need.kind !== 'several') throw new Error('one by one');
    rounds.push(need.needs.map(nameOf));
    const found = need.needs.map((one): SingleFound => {
      const name = nameOf(one);
      if (failing.includes(name)) return { kind: 'failed', problem: new Error(name) };
      return { kind: 'facts', answers: [{ kind: 'consents', consents: new Map([[name, []]]) }] };
    });
    step = flows.next({ kind: 'several', found });
  }
  return { rounds, results: step.value };
}

test('each flow hears what it asked for, and results keep their order', () => {
  const { rounds, results } = run(together([flow('a', 2), flow('b', 0), flow('c', 1)], 3));
  expect(results).toEqual(['a0 a1', '', 'c0']);
  expect(rounds).toEqual([['a0', 'c0'], ['a1']]);
});

test('no more run at the same time than the host can serve', () => {
  const { rounds, results } = run(together([flow('a', 1), flow('b', 2), flow('c', 1), flow('d', 1)], 2));
  expect(results).toEqual(['a0', 'b0 b1', 'c0', 'd0']);
  expect(rounds).toEqual([['a0', 'b0'], ['b1', 'c0'], ['d0']]);
});

test('a failure ends the flow that asked, and is caught there', () => {
  function* careful(): Generator<Need, string, Found> {
    try {
      return yield* flow('a', 2);
    } catch (problem) {
      return `failed ${(problem as Error).message}`;
    }
  }
  expect(run(together([careful(), flow('b', 1)], 2), ['a0']).results).toEqual(['failed a0', 'b0']);
  expect(() => run(together([flow('a', 1), flow('b', 1)], 2), ['b0'])).toThrow('b0');
});

test('nothing to do asks for nothing', () => {
  expect(run(together([], 4))).toEqual({ rounds: [], results: [] });
});

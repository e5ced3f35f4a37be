import { expect, test } from 'vitest';
import { NextRuns } from './next-runs.ts';

/** Loads that end when told; each gives its number. */
function gate() {
  const began: (() => void)[] = [];
  const load = () => {
    const number = began.length + 1;
    return new Promise<number>((resolve) => began.push(() => resolve(number)));
  };
  return { began, load };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('INVARIANT: nobody gets the answer of a run that began before they asked; a thousand who ask meanwhile share the next', async () => {
  const runs = new NextRuns<number>();
  const { began, load } = gate();
  const first = runs.run('q', load);
  const meanwhile = Array.from({ length: 1_000 }, () => runs.run('q', load));
  await turn();
  expect(began).toHaveLength(1);
  began[0]!();
  expect(await first).toBe(1);
  await turn();
  expect(began).toHaveLength(2);
  const later = runs.run('q', load);
  began[1]!();
  expect(new Set(await Promise.all(meanwhile))).toEqual(new Set([2]));
  await turn();
  began[2]!();
  expect(await later).toBe(3);
  await turn();
  // Nothing is remembered: the next question is a first one.
  const alone = runs.run('q', load);
  began[3]!();
  expect(await alone).toBe(4);
});

test('questions do not wait for each other', async () => {
  const runs = new NextRuns<number>();
  const { began, load } = gate();
  const a = runs.run('a', load);
  const b = runs.run('b', load);
  expect(began).toHaveLength(2);
  began[1]!();
  expect(await b).toBe(2);
  began[0]!();
  expect(await a).toBe(1);
});

test('a run that fails fails only those who waited for it', async () => {
  const runs = new NextRuns<string>();
  const failing = runs.run('q', () => Promise.reject(new Error('down')));
  const next = runs.run('q', async () => 'up');
  await expect(failing).rejects.toThrow('down');
  expect(await next).toBe('up');
  expect(await runs.run('q', async () => 'again')).toBe('again');
});

/** One of the 150 leak paths of the hardening catalogue (part B), and what became of it here. */

/**
 * `closed`: served, and held by the test. `refused`: not offered, which the test shows. `announced`: told on purpose, see docs/divergences.md.
 */
export type LeakStatus =
  | { readonly kind: 'closed' | 'refused'; readonly test: string }
  | { readonly kind: 'announced'; readonly why: string };

export interface LeakPath {
  readonly number: number;
  /** Where one looks. */
  readonly path: string;
  /** What one would learn. */
  readonly tells: string;
  /** How it is closed; what remains. */
  readonly how: string;
  readonly status: LeakStatus;
}

export type Row = readonly [number: number, path: string, tells: string, how: string, status: LeakStatus];

export const rows = (list: readonly Row[]): readonly LeakPath[] =>
  list.map(([number, path, tells, how, status]) => ({ number, path, tells, how, status }));

const attack = (name: string) => `server/test/attacks/${name}.test.ts`;
export const closed = (name: string): LeakStatus => ({ kind: 'closed', test: name.includes('/') ? name : attack(name) });
export const refused = (name: string): LeakStatus => ({ kind: 'refused', test: name.includes('/') ? name : attack(name) });
export const announced = (why: string): LeakStatus => ({ kind: 'announced', why });

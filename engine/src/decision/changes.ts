/** What a de-identified view changes instead of withholding it: dates that are cut or moved, ages and years of birth that few people share. */
import type { Applicable, ViewChange } from '../policy/compiled.ts';
import type { Obligation } from './permit.ts';

type ChangeObligation = Extract<Obligation, { kind: 'change' }>;

/** HIPAA, 45 CFR 164.514(b)(2)(i)(C): ages over 89, and dates that tell of them, are not told. */
const OLDEST = 89;

/**
 * `mask`: what is withheld in the end. `days`: by how many the dates of the resource's patient are moved; undefined = nobody can tell whose it is. A change is
 * made where no permit shows the element as it is; of two changes the one that keeps more.
 */
export function changesOf(
  permits: readonly Applicable[],
  mask: readonly string[],
  days: number | undefined,
  now: number,
): readonly ChangeObligation[] {
  if (permits.every(({ changes }) => changes.length === 0)) return nothing;
  const known = new Map<string, ViewChange>();
  for (const permit of permits) for (const change of permit.changes) known.set(change.path, change);
  const earliest = new Date(now).getUTCFullYear() - OLDEST;
  const found: ChangeObligation[] = [];
  for (const { path, what } of known.values()) {
    if (covers(mask, path)) continue;
    const showing = permits.filter(({ paths }) => !covers(paths, path));
    const changes = showing.map((permit) => permit.changes.find((one) => one.path === path));
    if (changes.includes(undefined)) continue;
    const to = changes.some((one) => one?.to === 'shift') ? 'shift' : 'year';
    found.push(Object.freeze({ kind: 'change', path, what, to: what === 'age' ? 'year' : to, days, earliest }));
  }
  return found;
}

const nothing: readonly never[] = Object.freeze([]);

function covers(mask: readonly string[], path: string): boolean {
  return mask.some((one) => path === one || path.startsWith(`${one}.`));
}

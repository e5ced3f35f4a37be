/** What a permit obliges to: the labels of every permit that applies, the announcements of those whose masks hold, and silence where they want it. */
import { name } from '../json/scan.ts';
import type { Applicable } from '../policy/compiled.ts';
import type { Candidate, Obligation } from './permit.ts';

/** `mask`: what is withheld in the end. `changes`: what is shown otherwise than it is. */
export function obligationsOf(
  permits: readonly Applicable[],
  withholding: readonly Applicable[],
  mask: readonly string[],
  changes: readonly Obligation[],
): readonly Obligation[] {
  // As for most resources.
  if (mask.length === 0 && changes.length === 0 && permits.every(obligesToNothing)) return nothing;
  const labels = new Map(permits.flatMap(({ rule }) => rule.adds).map((label) => [`${label.system}|${label.code}`, label]));
  const announced = new Map(
    [...permits, ...withholding]
      .flatMap((one) => one.announced)
      .filter(({ path }) => mask.includes(path))
      .map((one) => [one.key, one]),
  );
  const named = permits.some(({ rule }) => rule.pseudonyms !== undefined);
  const isTaken = (path: string) => mask.some((one) => one === path || one.startsWith(`${path}.`));
  const alters = named || permits.some((one) => one.changes.length > 0);
  const loud = alters || [...permits, ...withholding].some(({ rule, paths }) => !rule.silent && paths.some(isTaken));
  return Object.freeze([
    ...(named ? [Object.freeze({ kind: 'pseudonyms' } as const)] : []),
    ...(mask.length > 0 && !loud ? [silence] : []),
    ...[...labels.values()].map(({ system, code }) => Object.freeze({ kind: 'label', system, code } as const)),
    ...[...announced.values()].map(({ key, value }) => Object.freeze({ kind: 'announce', key, value } as const)),
    ...changes,
  ]);
}

const nothing: readonly Obligation[] = Object.freeze([]);

/** Where nothing is withheld. */
function obligesToNothing({ rule }: Applicable): boolean {
  return rule.adds.length === 0 && rule.pseudonyms === undefined;
}

const silence: Obligation = Object.freeze({ kind: 'silence' });

/** Each once: labels of a whole and of what is in it. */
export function together(whole: readonly Obligation[], inside: readonly Obligation[]): readonly Obligation[] {
  const all = new Map([...whole, ...inside].map((one) => [one.kind === 'label' ? `${one.system}|${one.code}` : one, one]));
  return Object.freeze([...all.values()]);
}

const MODIFIER = name('modifierExtension');

/** an extension that changes the meaning of what it stands in. It may say anything, so there is no de-identified view of it. */
export function hasModifier({ document, node }: Candidate): boolean {
  const end = document.after(node);
  for (let at = node + 1; at < end; at++) if (document.keyIs(at, MODIFIER)) return true;
  return false;
}

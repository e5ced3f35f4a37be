/** How a caller may stand to a patient, as names in rules and as bits when resources are judged. */
import type { Relation } from '../enforcement/need.ts';

const bits = {
  self: 1,
  guardian: 2,
  'general-practitioner': 4,
  'care-team': 8,
  encounter: 16,
  'emergency-encounter': 32,
  'managing-organization': 128,
  device: 256,
  // Not a fact but an act: the caller has an open override for this patient (`Caller.override`).
  'break-the-glass': 64,
} as const satisfies Record<Relation, number>;

export const relationNames = Object.freeze(Object.keys(bits)) as readonly Relation[];

/** The union as a bit set; 0 for none. */
export function relationBits(relations: readonly Relation[]): number {
  let all = 0;
  for (const relation of relations) all |= bits[relation] ?? 0;
  return all;
}

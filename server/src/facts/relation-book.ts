/** Relations as they are gathered: patient → how the user stands to them. */
import type { Relation } from '@fireguard/engine';

export type Relations = ReadonlyMap<string, readonly Relation[]>;

export class RelationBook {
  readonly #found = new Map<string, Set<Relation>>();

  add(patient: string, relation: Relation): void {
    const known = this.#found.get(patient);
    if (known === undefined) this.#found.set(patient, new Set([relation]));
    else known.add(relation);
  }

  /** `only`: the patients asked for; undefined = all. */
  relations(only: readonly string[] | undefined): Relations {
    if (only === undefined) return new Map([...this.#found].map(([patient, relations]) => [patient, [...relations]]));
    const chosen = new Map<string, readonly Relation[]>();
    for (const patient of only) {
      const relations = this.#found.get(patient);
      if (relations !== undefined) chosen.set(patient, [...relations]);
    }
    return chosen;
  }
}

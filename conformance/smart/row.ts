/** A row: one thing that the server must do, its fixed id, where it is asked, and the mutant that shows that the row can fail. */
import type { Mutant } from '../mutants/mutant.ts';
import type { Site } from './site.ts';
import type { Subject } from './subject.ts';

export interface Row {
  /** Never used twice, never reused. */
  readonly id: string;
  /** One line, as it stands in the table. */
  readonly says: string;
  run(site: Site): Promise<void>;
  /** Made anew for each run, since a mutant may remember. */
  mutant(subject: Subject): Mutant;
}

/** Thrown by a row whose assertion does not hold; anything else that is thrown is a failure of the suite itself. */
export class Failed extends Error {}

export function hold(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Failed(message);
}

export function equal(actual: unknown, wanted: unknown, what: string): void {
  hold(JSON.stringify(actual) === JSON.stringify(wanted), `${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

/** Who is at a place now, by their encounters: a ward's own display sees those who lie there, and nobody who left. */
import { elementNodes, name } from '@fireguard/engine';
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import type { RelationBook } from './relation-book.ts';

const STATUS = name('status');
const ACTIVE = name('active');
/** R4 and R5 together: the patient is there. */
const there: ReadonlySet<string> = new Set(['arrived', 'triaged', 'in-progress', 'on-hold']);

/** `who`: `Location/id`. */
export async function locationRelations(
  ask: Ask,
  who: string,
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  const found = await askFor(ask, 'Encounter', [['location', who]], patients, (ids) => [
    'patient',
    ids.map((id) => `Patient/${id}`).join(','),
  ]);
  for (const { document, node } of found) {
    if (!there.has(document.string(document.member(node, STATUS)) ?? '') || periodEnded(document, node, ask.now)) continue;
    const here = elementNodes(document, node, 'location').some(
      (stay) =>
        targetsAt(ask, document, stay, 'location').includes(who) &&
        document.stringIs(document.member(stay, STATUS), ACTIVE) &&
        !periodEnded(document, stay, ask.now),
    );
    if (here) for (const patient of patientIds(targetsAt(ask, document, node, 'subject'))) book.add(patient, 'encounter');
  }
}

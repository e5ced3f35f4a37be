/** A RelatedPerson answers for their patient, while the relation is active and has not ended. */
import { name } from '@fireguard/engine';
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import type { RelationBook } from './relation-book.ts';

const ACTIVE = name('active');

/** `id`: of the RelatedPerson. */
export async function guardianRelations(ask: Ask, id: string, book: RelationBook): Promise<void> {
  const found = await askFor(ask, 'RelatedPerson', [], [id], (ids) => ['_id', ids.join(',')]);
  for (const one of found) {
    if (
      one.id !== id ||
      one.document.boolean(one.document.member(one.node, ACTIVE)) === false ||
      periodEnded(one.document, one.node, ask.now)
    )
      continue;
    for (const patient of patientIds(targetsAt(ask, one.document, one.node, 'patient'))) book.add(patient, 'guardian');
  }
}

/** Whose records these organizations keep (Patient.managingOrganization). */
import { type Ask, askFor, targetsAt } from './ask.ts';
import type { RelationBook } from './relation-book.ts';

/** `organizations`: as `Organization/id`, those that the caller is or belongs to. */
export async function organizationRelations(
  ask: Ask,
  organizations: readonly string[],
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  if (organizations.length === 0) return;
  const keeping = ['organization', organizations.join(',')] as const;
  for (const { document, node, id } of await askFor(ask, 'Patient', [keeping], patients, (ids) => ['_id', ids.join(',')]))
    if (targetsAt(ask, document, node, 'managingOrganization').some((one) => organizations.includes(one)))
      book.add(id, 'managing-organization');
}

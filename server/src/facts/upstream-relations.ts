/** How a user stands to patients, by the FHIR resource that the user is. */
import type { Ask } from './ask.ts';
import { guardianRelations } from './guardian-relations.ts';
import { practitionerRelations } from './practitioner-relations.ts';
import { RelationBook } from './relation-book.ts';

/** What the upstream knows; `fhirUser` is `Type/id`. A kind of user without a row here stands in no relation. */
export async function upstreamRelations(
  ask: Ask,
  fhirUser: string,
  patients: readonly string[] | 'all',
): Promise<RelationBook> {
  const book = new RelationBook();
  const [type, id] = fhirUser.split('/');
  if (id === undefined || patients.length === 0) return book;
  switch (type) {
    case 'Patient':
      book.add(id, 'self');
      break;
    case 'Practitioner':
      await practitionerRelations(ask, fhirUser, patients, book);
      break;
    case 'RelatedPerson':
      await guardianRelations(ask, id, book);
      break;
  }
  return book;
}

/** How a caller stands to patients, by the FHIR resource that the caller is. */
import type { FhirTables } from '@fireguard/engine';
import type { Ask } from './ask.ts';
import { deviceRelations } from './device-relations.ts';
import { guardianRelations } from './guardian-relations.ts';
import { locationRelations } from './location-relations.ts';
import { organizationRelations } from './organization-relations.ts';
import { practitionerRelations } from './practitioner-relations.ts';
import { RelationBook } from './relation-book.ts';
import { holderOf, organizationsOf } from './upstream-memberships.ts';

export interface RelationQuestion {
  readonly patients: readonly string[] | 'all';
  /** Whether the organization that keeps a record counts. */
  readonly organizations: boolean;
}

/** What the upstream knows; `fhirUser` is `Type/id`. A kind of caller without a row here stands in no relation. */
export async function upstreamRelations(
  ask: Ask,
  fhirUser: string,
  { patients, organizations }: RelationQuestion,
  tables: FhirTables,
): Promise<RelationBook> {
  const book = new RelationBook();
  const [type, id] = fhirUser.split('/');
  if (id === undefined || patients.length === 0) return book;
  const found: Promise<void>[] = [];
  switch (type) {
    case 'Patient':
      book.add(id, 'self');
      break;
    case 'Practitioner':
      found.push(practitionerRelations(ask, [fhirUser], patients, book));
      break;
    case 'PractitionerRole': {
      const holder = await holderOf(ask, id);
      if (holder !== undefined) found.push(practitionerRelations(ask, [fhirUser, ...holder], patients, book));
      break;
    }
    case 'RelatedPerson':
      found.push(guardianRelations(ask, id, book));
      break;
    case 'Organization':
      found.push(practitionerRelations(ask, [fhirUser], patients, book));
      break;
    case 'Location':
      found.push(locationRelations(ask, fhirUser, patients, book));
      break;
    case 'Device':
      found.push(deviceRelations(ask, id, tables, book));
      break;
  }
  if (organizations) found.push(organizationRelations(ask, await organizationsOf(ask, fhirUser), patients, book));
  await Promise.all(found);
  return book;
}

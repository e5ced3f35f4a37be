/** A person as an OpenID account: who signs in, and the claims about them. A disabled person is no account. */
import type { Kysely } from 'kysely';
import type { Account } from 'oidc-provider';
import { personById } from '../storage/people.ts';
import type { Database } from '../storage/schema.ts';
import type { KnownPerson } from './audit-drafts.ts';

export async function knownPerson(db: Kysely<Database>, id: string): Promise<KnownPerson | undefined> {
  const person = await personById(db, id);
  if (person === undefined || person.disabled) return undefined;
  return Object.freeze({ id: person.id, name: person.name, roles: person.roles, fhirUser: person.fhir_user ?? undefined });
}

/** Claims of a person; `fhirUser` is absolute (SMART App Launch 2.2 §Scopes for requesting identity data). */
export function claimsOf(
  person: KnownPerson,
  fhirBase: string,
): { readonly sub: string; readonly name: string; readonly fhirUser?: string } {
  return {
    sub: person.id,
    name: person.name,
    ...(person.fhirUser === undefined ? {} : { fhirUser: `${fhirBase}/${person.fhirUser}` }),
  };
}

export async function findAccount(db: Kysely<Database>, fhirBase: string, id: string): Promise<Account | undefined> {
  const person = await knownPerson(db, id);
  return person === undefined ? undefined : { accountId: person.id, person, claims: () => ({ ...claimsOf(person, fhirBase) }) };
}

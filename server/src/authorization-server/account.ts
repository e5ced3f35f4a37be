/** A person as an OpenID account: who signs in, and the claims about them. A disabled person is no account. */
import type { Kysely } from 'kysely';
import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { personById } from '../storage/people.ts';
import type { Database } from '../storage/schema.ts';
import type { KnownPerson } from './audit-drafts.ts';

/** `address`: of their browser, for what is looked up on their behalf. */
export async function knownPerson(db: Kysely<Database>, id: string, address?: string): Promise<KnownPerson | undefined> {
  const person = await personById(db, id);
  if (person === undefined || person.disabled) return undefined;
  return Object.freeze({
    id: person.id,
    name: person.name,
    roles: person.roles,
    fhirUser: person.fhir_user ?? undefined,
    ...(address === undefined ? {} : { address }),
  });
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

/** `issued`: the access token that is issued beside an id_token. */
export async function findAccount(
  db: Kysely<Database>,
  fhirBase: string,
  id: string,
  issued: () => string | undefined,
): Promise<Account | undefined> {
  const person = await knownPerson(db, id);
  if (person === undefined) return undefined;
  return {
    accountId: person.id,
    person,
    claims(use) {
      const token = use === 'id_token' ? issued() : undefined;
      return { ...claimsOf(person, fhirBase), ...(token === undefined ? {} : { at_hash: token }) };
    },
  };
}

/**
 * OpenID Connect Core §3.1.3.6: what `at_hash` is made of. The provider hashes this claim with the hash of the id_token's algorithm (bound-tokens.test.ts
 * holds it to that). Undefined where no opaque access token is issued.
 */
export function issuedToken(ctx: KoaContextWithOIDC): string | undefined {
  const { AccessToken: token } = ctx.oidc.entities;
  if (token === undefined || token.resourceServer?.accessTokenFormat === 'jwt') return undefined;
  return token.jti;
}

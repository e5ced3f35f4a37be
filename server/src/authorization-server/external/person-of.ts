/**
 * Which person here an external identity is. INVARIANT: issuer and subject decide, nothing else; roles come from the mapping table only; an
 * identity that nobody linked comes in only where the provider may make people.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Cluster } from '../../storage/cluster.ts';
import { linkExternal, personIdByExternal } from '../../storage/external-identities.ts';
import { insertPerson, personById, setPersonRoles } from '../../storage/people.ts';
import type { Database } from '../../storage/schema.ts';
import type { ExternalProviderSettings } from '../sign-in-settings.ts';
import type { ExternalIdentity } from './external-provider.ts';

/** Cannot be a hash: no password ever matches. */
const NO_PASSWORD = 'external';

/** Id of the person; undefined when nobody is linked. */
export async function personOf(
  use: { readonly db: Kysely<Database>; readonly cluster: Pick<Cluster, 'announce'> },
  identity: ExternalIdentity,
  settings: ExternalProviderSettings,
): Promise<string | undefined> {
  const { db, cluster } = use;
  const known = await personIdByExternal(db, identity.issuer, identity.subject);
  const roles = mappedRoles(identity.claims, settings);
  if (known !== undefined) {
    const person = await personById(db, known);
    // Whoever was made here by the provider follows its word; who was linked keeps the roles given here.
    const follows = person?.password_hash === NO_PASSWORD && settings.roleClaim !== undefined;
    if (follows && [...roles].sort().join() !== [...person.roles].sort().join()) {
      await setPersonRoles(db, known, roles);
      await cluster.announce({ kind: 'person', id: known });
    }
    return known;
  }
  if (!settings.createPeople) return undefined;
  const id = randomUUID();
  const { claims } = identity;
  const fhirUser = settings.fhirUserClaim === undefined ? undefined : claims[settings.fhirUserClaim];
  const made = await db.transaction().execute(async (transaction) => {
    // Of two sign-ins at once one links; the other waits for it, and takes what it made.
    if (!(await linkExternal(transaction, identity.issuer, identity.subject, id))) return undefined;
    return insertPerson(transaction, {
      id,
      username: `${settings.id}:${identity.subject}`.slice(0, 200),
      name: shown(claims[settings.nameClaim]) ?? settings.name,
      password_hash: NO_PASSWORD,
      roles: [...roles],
      fhir_user: typeof fhirUser === 'string' && isPersonReference(fhirUser) ? fhirUser : null,
      disabled: false,
    });
  });
  return made?.id ?? personIdByExternal(db, identity.issuer, identity.subject);
}

/** Values of the claim, a string or a list, each looked up in the table. */
export function mappedRoles(claims: Readonly<Record<string, unknown>>, settings: ExternalProviderSettings): readonly string[] {
  const value = settings.roleClaim === undefined ? [] : claims[settings.roleClaim];
  const given = [value].flat().filter((one) => typeof one === 'string');
  return [...new Set(given.flatMap((one) => (Object.hasOwn(settings.roles, one) ? (settings.roles[one] ?? []) : [])))];
}

function shown(name: unknown): string | undefined {
  return typeof name === 'string' && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u.test(name) ? name : undefined;
}

function isPersonReference(text: string): boolean {
  return /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\/[A-Za-z0-9\-.]{1,64}$/.test(text);
}

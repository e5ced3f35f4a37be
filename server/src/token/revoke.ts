/**
 * Ending tokens. INVARIANT: a call resolves only when the token is refused on every live node (`cluster.announce`); when that cannot be had
 * it rejects, and nothing may be told to be revoked.
 */
import { type Kysely, sql } from 'kysely';
import type { Cluster } from '../storage/cluster.ts';
import type { Database } from '../storage/schema.ts';
import { tokenHash } from './token-hash.ts';

export interface TokenRevocation {
  /** One access or refresh token, given as itself. */
  byToken(token: string): Promise<void>;
  /** All that a grant (one consent of one person to one client) has issued, and the grant. */
  byGrant(grantId: string): Promise<void>;
  /** All that acts for a person, and their sessions. */
  byPerson(personId: string): Promise<void>;
  /** What was to last no longer than a session: the grants made in it that do not stay connected. */
  bySession(personId: string, sessionUid: string): Promise<void>;
  /** All that a client holds. */
  byClient(clientId: string): Promise<void>;
}

export function createTokenRevocation({
  db,
  cluster,
}: {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
}): TokenRevocation {
  const byGrant = async (grantId: string): Promise<void> => {
    await db
      .deleteFrom('oidc_payload')
      .where((where) =>
        where.or([
          where('grant_id', '=', grantId),
          where.and([where('kind', '=', 'Grant'), where('id_hash', '=', tokenHash(grantId))]),
        ]),
      )
      .execute();
    await cluster.announce({ kind: 'token', id: `grant:${grantId}` });
  };
  return {
    byGrant,
    async byToken(token) {
      const id = tokenHash(token);
      await db.deleteFrom('oidc_payload').where('id_hash', '=', id).execute();
      await cluster.announce({ kind: 'token', id });
    },
    async byPerson(personId) {
      await db.deleteFrom('oidc_payload').where(sql<boolean>`payload->>'accountId' = ${personId}`).execute();
      await cluster.announce({ kind: 'person', id: personId });
    },
    async bySession(personId, sessionUid) {
      const grants = await db
        .selectFrom('oidc_payload')
        .select('grant_id')
        .distinct()
        .where('grant_id', 'is not', null)
        .where(sql<boolean>`payload ->> 'accountId' = ${personId}`)
        .where(sql<boolean>`payload ->> 'sessionUid' = ${sessionUid}`)
        .where(sql<boolean>`NOT 'offline_access' = ANY (string_to_array(coalesce(payload ->> 'scope', ''), ' '))`)
        .execute();
      for (const { grant_id } of grants) if (grant_id !== null) await byGrant(grant_id);
    },
    async byClient(clientId) {
      await db.deleteFrom('oidc_payload').where(sql<boolean>`payload->>'clientId' = ${clientId}`).execute();
      await cluster.announce({ kind: 'client', id: clientId });
    },
  };
}

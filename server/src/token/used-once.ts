/** Ids that may be used once, on all nodes together: kept in the database beside the authorization server's own. */
import type { Kysely } from 'kysely';
import { insertPayload } from '../storage/oidc-payloads.ts';
import type { Database } from '../storage/schema.ts';
import type { UsedOnce } from './dpop-proof.ts';

export function usedOnce(db: Kysely<Database>): UsedOnce {
  return (id, expiresAt) =>
    insertPayload(db, { kind: 'ReplayDetection', id, payload: {}, grantId: null, uid: null, userCode: null, expiresAt });
}

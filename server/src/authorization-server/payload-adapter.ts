/**
 * oidc-provider's persistence over our tables. INVARIANT: what is stored never holds the id that opens it (a token, a code, a cookie): ids are
 * hashed, `jti` is stripped and put back on reading. Codes, refresh tokens and assertion ids are used up atomically, whichever node is asked,
 * and what ends a token returns only when it holds on every node.
 */
import type { Kysely } from 'kysely';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { clientById } from '../storage/clients.ts';
import type { Cluster } from '../storage/cluster.ts';
import * as payloads from '../storage/oidc-payloads.ts';
import type { Database } from '../storage/schema.ts';
import type { ClientKeySets } from '../token/client-key-sets.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import { tokenHash } from '../token/token-hash.ts';
import { clientMetadata } from './client-metadata.ts';

export interface PayloadAdapterDependencies {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
  readonly revocation: TokenRevocation;
  readonly keySets: ClientKeySets;
}

/** Kinds that the gateway resolves: their end must be known everywhere. */
const bearer: ReadonlySet<string> = new Set(['AccessToken', 'ClientCredentials']);

export function createPayloadAdapter(use: PayloadAdapterDependencies): (kind: string) => Adapter {
  return (kind) => (kind === 'Client' ? clientAdapter(use) : payloadAdapter(kind, use));
}

/** INVARIANT: a disabled client does not exist. Clients are made by the admin API, never through the provider. */
function clientAdapter({ db, keySets }: PayloadAdapterDependencies): Adapter {
  const readOnly = () => Promise.reject(new Error('clients are not written through the provider'));
  return {
    async find(id) {
      const client = await clientById(db, id);
      if (client === undefined || client.disabled) return undefined;
      return clientMetadata(client, client.jwks_uri === null ? [] : keySets.held(client.jwks_uri));
    },
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}

function payloadAdapter(kind: string, { db, cluster, revocation }: PayloadAdapterDependencies): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      const { grantId, uid } = payload;
      const record = {
        kind,
        id,
        payload: withoutId(kind, payload),
        grantId: grantId ?? null,
        uid: uid ?? null,
        userCode: null,
        expiresAt: expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000),
      };
      if (kind !== 'ReplayDetection') return payloads.upsertPayload(db, record);
      // Two requests with one assertion may both have looked before either wrote: the second write is the replay.
      if (!(await payloads.insertPayload(db, record))) throw new errors.InvalidClientAuth('client assertion used twice');
    },
    async find(id) {
      const found = await payloads.findPayload(db, kind, id);
      return found === undefined ? undefined : withId(kind, found, id);
    },
    async findByUid(uid) {
      const found = await payloads.findPayloadByUid(db, kind, uid);
      return found === undefined ? undefined : (found as AdapterPayload);
    },
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      const outcome = await payloads.consumePayload(db, kind, id);
      if (outcome.consumed) return;
      // Somebody else used it between our reading and now (RFC 9700 §4.14.2: one of the two stole it).
      if (outcome.grantId !== null) await revocation.byGrant(outcome.grantId);
      throw new errors.InvalidGrant('already used');
    },
    async destroy(id) {
      await payloads.destroyPayload(db, kind, id);
      if (bearer.has(kind)) await cluster.announce({ kind: 'token', id: tokenHash(id) });
      // A token that was issued and resolved between the end of the others and that of their grant is dropped here.
      if (kind === 'Grant') await cluster.announce({ kind: 'token', id: `grant:${id}` });
    },
    async revokeByGrantId(grantId) {
      await payloads.revokePayloadsByGrant(db, kind, grantId);
      if (bearer.has(kind)) await cluster.announce({ kind: 'token', id: `grant:${grantId}` });
    },
  };
}

function withoutId(kind: string, payload: AdapterPayload): Record<string, unknown> {
  const { jti: _id, ...rest } = payload;
  if (kind !== 'Interaction') return rest;
  // A login step's address ends in its id, and it remembers the session's cookie, which is one.
  const returnTo = payload.returnTo ?? '';
  const { cookie: _cookie, ...session } = (payload.session ?? {}) as Record<string, unknown>;
  return {
    ...rest,
    ...(payload.session === undefined ? {} : { session }),
    returnTo: returnTo.slice(0, returnTo.lastIndexOf('/') + 1),
  };
}

function withId(kind: string, stored: Record<string, unknown>, id: string): AdapterPayload {
  const payload = { ...stored, jti: id } as AdapterPayload;
  return kind === 'Interaction' ? { ...payload, returnTo: `${payload.returnTo ?? ''}${id}` } : payload;
}

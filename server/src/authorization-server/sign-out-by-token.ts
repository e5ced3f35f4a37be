/**
 * RFC 7009 §2.1 in the form that @medplum/core's `signOut()` sends: JSON, with the access token in the header, to the logout address. What the person
 * gave the app ends with all its tokens. INVARIANT: it ends nothing but the grant of that token; the person stays signed in, and other apps keep theirs.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { onRecord } from '../audit-log/on-record.ts';
import type { Database } from '../storage/schema.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import { tokenHash } from '../token/token-hash.ts';
import { auditDraft } from './audit-drafts.ts';
import { requestIdOf } from './request-id.ts';
import { bearerToken } from './userinfo.ts';

export interface SignOutDependencies {
  readonly db: Kysely<Database>;
  readonly tokens: TokenResolver;
  readonly revocation: TokenRevocation;
  readonly auditLog: AuditLog;
}

/** A form is the person's or OpenID Connect's, whatever header comes with it. */
export function isSignOutByToken(request: FastifyRequest): boolean {
  return typeof request.body !== 'string' && request.headers.authorization !== undefined;
}

export async function signOutByToken(
  use: SignOutDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.headers({ 'Cache-Control': 'no-store' });
  const shown = bearerToken(request.headers.authorization);
  const token = shown === undefined ? undefined : await use.tokens.resolve(shown);
  // A token that is bound to a key is no bearer token.
  if (shown === undefined || token?.person === undefined || token.binding !== undefined)
    return reply.code(401).header('WWW-Authenticate', 'Bearer error="invalid_token"').send({ error: 'invalid_token' });
  const { client, person, patient, id, issuer } = token;
  const row = await use.db
    .selectFrom('oidc_payload')
    .select('grant_id')
    .where('id_hash', '=', tokenHash(shown))
    .executeTakeFirst();
  const act = auditDraft({
    kind: 'token',
    action: 'token-revoked',
    outcome: 'permit',
    reason: 'the app signed itself out',
    client: { id: client.id, name: client.name },
    person,
    token: { id, issuer },
    patient,
    address: request.ip,
    requestId: requestIdOf(request.raw),
  });
  await onRecord(use.auditLog, act, async () => {
    // Ended meanwhile by somebody else: then there is nothing left to end.
    if (row?.grant_id != null) await use.revocation.byGrant(row.grant_id);
  });
  return reply.send({});
}

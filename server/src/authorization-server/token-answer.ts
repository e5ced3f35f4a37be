/**
 * The token endpoint's answer (SMART App Launch 2.2 §Obtain access token, R-099): launch context beside the token, caches told to keep nothing,
 * and the audit record on disk before either a token or a refusal leaves.
 */

import type { Kysely } from 'kysely';
import type { AccessToken, KoaContextWithOIDC } from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { launchContextByGrant } from '../storage/launch-contexts.ts';
import { insertPayload } from '../storage/oidc-payloads.ts';
import type { Database } from '../storage/schema.ts';
import { publicTokenId } from '../token/token-hash.ts';
import { auditDraft, type KnownPerson } from './audit-drafts.ts';
import { launchParameters } from './launch/launch-parameters.ts';
import type { Middleware } from './middleware.ts';
import { requestIdOf } from './request-id.ts';

export function tokenAnswer(use: {
  readonly db: Kysely<Database>;
  readonly auditLog: AuditLog;
  readonly issuer: string;
}): Middleware {
  return async (koa, next) => {
    await next();
    const ctx = koa as unknown as KoaContextWithOIDC;
    if (ctx.oidc?.route !== 'token') return;
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Pragma', 'no-cache');
    const body = ctx.body as { access_token?: string; error?: string } | undefined;
    const { Client: client, Account: account, AccessToken: token, ClientCredentials: service } = ctx.oidc.entities;
    const granted = ctx.status === 200 && typeof body?.access_token === 'string' ? body.access_token : undefined;
    const context =
      granted === undefined || token === undefined ? undefined : await launchContextByGrant(use.db, token.grantId);
    await use.auditLog.append(
      auditDraft({
        kind: 'token',
        action: granted === undefined ? 'token-refused' : 'token-issued',
        outcome: granted === undefined ? (ctx.status < 500 ? 'deny' : 'failure') : 'permit',
        status: ctx.status,
        reason:
          granted === undefined
            ? `${String(ctx.oidc.params?.['grant_type'] ?? 'no grant type')}: ${body?.error ?? 'refused'}`
            : String(ctx.oidc.params?.['grant_type']),
        ...(client === undefined ? {} : { client: { id: client.clientId, name: client.clientName ?? client.clientId } }),
        person: account?.['person'] as KnownPerson | undefined,
        ...(granted === undefined ? {} : { token: { id: publicTokenId(granted), issuer: use.issuer } }),
        purposes: context?.more.purposes ?? [],
        patient: context?.patient ?? undefined,
        address: ctx.ip,
        requestId: requestIdOf(ctx.req),
      }),
    );
    if (granted === undefined) return;
    if (token?.resourceServer?.accessTokenFormat === 'jwt') await noteJwt(use.db, token, granted);
    Object.assign(body ?? {}, launchParameters(context, use.issuer));
    if (service !== undefined) Object.assign(body ?? {}, purposesOfService(service));
  };
}

function purposesOfService({ extra }: { readonly extra?: Readonly<Record<string, unknown>> | undefined }): object {
  return extra?.['purpose_of_use'] === undefined ? {} : { purpose_of_use: extra['purpose_of_use'] };
}

/** A JWT is kept nowhere, since nothing looks it up; that there is one, its person sees in My apps. */
async function noteJwt(db: Kysely<Database>, token: AccessToken, jwt: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const { accountId, clientId, scope, grantId, expiration } = token;
  await insertPayload(db, {
    kind: 'IssuedJwt',
    id: jwt,
    payload: { accountId, clientId, scope, iat: now, exp: now + expiration },
    grantId: grantId ?? null,
    uid: null,
    userCode: null,
    expiresAt: new Date((now + expiration) * 1000),
  });
}

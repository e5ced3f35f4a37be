/** Token revocation (RFC 7009): the provider's endpoint, which answers only after every node has heard (payload-adapter.ts); and its audit record. */

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { publicTokenId } from '../token/token-hash.ts';
import { auditDraft } from './audit-drafts.ts';
import type { Middleware } from './middleware.ts';
import { requestIdOf } from './request-id.ts';

export function revocationAnswer(use: { readonly auditLog: AuditLog; readonly issuer: string }): Middleware {
  return async (koa, next) => {
    await next();
    const ctx = koa as unknown as KoaContextWithOIDC;
    if (ctx.oidc?.route !== 'revocation') return;
    const { Client: client, AccessToken, ClientCredentials, RefreshToken } = ctx.oidc.entities;
    const token = AccessToken ?? ClientCredentials ?? RefreshToken;
    const refused = ctx.status !== 200;
    await use.auditLog.append(
      auditDraft({
        kind: 'token',
        action: refused ? 'revocation-refused' : 'token-revoked',
        outcome: refused ? (ctx.status < 500 ? 'deny' : 'failure') : 'permit',
        status: ctx.status,
        reason: refused
          ? String((ctx.body as { error?: string } | undefined)?.error ?? 'refused')
          : (token?.kind ?? 'no such token'),
        ...(client === undefined ? {} : { client: { id: client.clientId, name: client.clientName ?? client.clientId } }),
        ...(token === undefined ? {} : { token: { id: publicTokenId(token.jti), issuer: use.issuer } }),
        address: ctx.ip,
        requestId: requestIdOf(ctx.req),
      }),
    );
  };
}

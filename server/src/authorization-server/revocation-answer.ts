/** Token revocation (RFC 7009): the provider's endpoint, which answers only after every node has heard (payload-adapter.ts); and its audit records. */

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { onRecord } from '../audit-log/on-record.ts';
import { publicTokenId } from '../token/token-hash.ts';
import { auditDraft } from './audit-drafts.ts';
import { paths } from './discovery.ts';
import type { Middleware } from './middleware.ts';
import { requestIdOf } from './request-id.ts';

export function revocationAnswer(use: { readonly auditLog: AuditLog; readonly issuer: string }): Middleware {
  return async (koa, next) => {
    const ctx = koa as unknown as KoaContextWithOIDC;
    if (ctx.path !== paths.revocation || ctx.method !== 'POST') return next();
    const common = { kind: 'token', address: ctx.ip, requestId: requestIdOf(ctx.req) } as const;
    // Whose token it is, is known when the provider has looked at it.
    const meant = auditDraft({ ...common, action: 'token-revoked', outcome: 'permit' });
    await onRecord(use.auditLog, meant, next, () => {
      const { Client: client, AccessToken, ClientCredentials, RefreshToken } = ctx.oidc?.entities ?? {};
      const token = AccessToken ?? ClientCredentials ?? RefreshToken;
      const refused = ctx.status !== 200;
      return auditDraft({
        ...common,
        action: refused ? 'revocation-refused' : 'token-revoked',
        outcome: refused ? (ctx.status < 500 ? 'deny' : 'failure') : 'permit',
        status: ctx.status,
        reason: refused
          ? String((ctx.body as { error?: string } | undefined)?.error ?? 'refused')
          : (token?.kind ?? 'no such token'),
        ...(client === undefined ? {} : { client: { id: client.clientId, name: client.clientName ?? client.clientId } }),
        ...(token === undefined ? {} : { token: { id: publicTokenId(token.jti), issuer: use.issuer } }),
      });
    });
  };
}

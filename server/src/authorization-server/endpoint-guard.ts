/**
 * The outermost step around oidc-provider's endpoints: nothing is answered that could not be recorded, a failure inside is told without its
 * cause, and cross-origin permission is given by our own list whatever happened inside.
 */

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { corsHeaders, originsOf, type RegisteredOrigins } from './cors.ts';
import { paths } from './discovery.ts';
import type { Middleware } from './middleware.ts';

/** Endpoints that scripts of registered apps may call. */
export const crossOriginPaths: ReadonlySet<string> = new Set([
  paths.token,
  paths.pushed_authorization_request,
  paths.introspection,
  paths.revocation,
  paths.userinfo,
]);
const recorded: ReadonlySet<string> = new Set([paths.token, paths.revocation]);

export interface EndpointGuardDependencies {
  readonly auditLog: AuditLog;
  readonly origins: RegisteredOrigins;
  /** Hears of what went wrong inside; what it is given may not be sent to anybody. */
  readonly report: (error: unknown, where: string) => void;
}

export function endpointGuard(use: EndpointGuardDependencies): Middleware {
  return async (ctx, next) => {
    try {
      // Asked before anything is used up: a code or refresh token that was spent for an answer we may not give is lost to the client.
      if (recorded.has(ctx.path) && !use.auditLog.healthy()) unavailable(ctx);
      else await next();
    } catch (error) {
      use.report(error, ctx.path);
      unavailable(ctx);
    }
    if (!crossOriginPaths.has(ctx.path)) return;
    for (const name of ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']) ctx.remove(name);
    ctx.vary('Origin');
    const origin = ctx.get('Origin');
    const client = (ctx as unknown as KoaContextWithOIDC).oidc?.client;
    if (origin === '' || origin === 'null') return;
    const allowed =
      client === undefined
        ? await use.origins.has(origin).catch(() => false)
        : originsOf(client.redirectUris ?? []).includes(origin);
    if (allowed) ctx.set(corsHeaders(origin));
  };
}

function unavailable(ctx: Parameters<Middleware>[0]): void {
  ctx.status = 503;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Retry-After', '5');
  ctx.body = { error: 'temporarily_unavailable', error_description: 'try again later' };
}

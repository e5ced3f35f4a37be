/**
 * RP-Initiated Logout and Back-Channel Logout (OpenID Connect): the provider checks the request and tells the apps; here are its page, the audit record,
 * and the end of all that was promised to last no longer than the session. INVARIANT: an app's link signs nobody out; the person's button does.
 */

import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { onRecord } from '../audit-log/on-record.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import { auditDraft, type KnownPerson } from './audit-drafts.ts';
import { paths } from './discovery.ts';
import type { Middleware } from './middleware.ts';
import { pageHeaders } from './page-headers.ts';
import { appSignOutPage } from './pages/app-sign-out.ts';
import type { Brand } from './pages/brand.ts';
import { signedOutPage } from './pages/sign-out.ts';
import { spoken } from './pages/spoken.ts';
import { requestIdOf } from './request-id.ts';

interface PageDependencies {
  readonly issuer: string;
  readonly brand: Brand;
}

export function logoutPages(use: PageDependencies) {
  const brandFor = (ctx: KoaContextWithOIDC) =>
    spoken(use.brand, { uiLocales: ctx.oidc.params?.['ui_locales'], acceptLanguage: ctx.get('accept-language') });
  const send = (ctx: KoaContextWithOIDC, html: string, returnsTo?: string) => {
    ctx.set({ ...pageHeaders({ overTls: use.issuer.startsWith('https:'), returnsTo }) });
    ctx.type = 'html';
    ctx.body = html;
  };
  return {
    logoutPage(ctx: KoaContextWithOIDC, form: string) {
      const xsrf = /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';
      const back = ctx.oidc.params?.['post_logout_redirect_uri'];
      const page = appSignOutPage({
        brand: brandFor(ctx),
        app: ctx.oidc.client?.clientName,
        action: `${paths.end_session}/confirm`,
        xsrf,
      });
      send(ctx, page.toString(), typeof back === 'string' ? back : undefined);
    },
    loggedOutPage(ctx: KoaContextWithOIDC) {
      send(ctx, signedOutPage({ brand: brandFor(ctx) }).toString());
    },
  };
}

export function sessionEnd(use: {
  readonly provider: () => Provider;
  readonly revocation: TokenRevocation;
  readonly auditLog: AuditLog;
  readonly knownPerson: (id: string) => Promise<KnownPerson | undefined>;
}): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== `${paths.end_session}/confirm` || ctx.method !== 'POST') return next();
    const session = await use.provider().Session.get(ctx as unknown as KoaContextWithOIDC);
    const { accountId, uid } = session;
    if (accountId === undefined) return next();
    const act = auditDraft({
      kind: 'sign-out',
      action: 'sign-out',
      outcome: 'permit',
      reason: 'asked for by an app',
      person: await use.knownPerson(accountId),
      address: ctx.ip,
      requestId: requestIdOf(ctx.req),
    });
    const work = async (): Promise<boolean> => {
      await next();
      const params = (ctx as unknown as KoaContextWithOIDC).oidc?.params;
      if (ctx.status !== 303 || params?.['logout'] === undefined) return false;
      await use.revocation.bySession(accountId, uid);
      return true;
    };
    const stays = { outcome: 'deny', reason: 'asked for by an app, and not confirmed' } as const;
    await onRecord(use.auditLog, act, work, (isOut) => (isOut ? {} : stays));
  };
}

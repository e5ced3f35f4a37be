/**
 * How long a session lasts, and what lasts only as long (SMART App Launch 2.2 §Refresh, online_access): a refresh is a use of the session. A session ends
 * `longest` after signing in, and earlier when nobody uses it, unless its person asked to stay signed in.
 */
import type { Kysely } from 'kysely';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { extendSession } from '../storage/oidc-payloads.ts';
import type { Database } from '../storage/schema.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/** Seconds from now. */
export function sessionSeconds(
  session: { readonly loginTs?: number | undefined; readonly transient?: boolean | undefined },
  settings: SignInSettings,
): number {
  const longest = settings.sessionHours * 3600;
  const age = session.loginTs === undefined ? 0 : Math.floor(Date.now() / 1000) - session.loginTs;
  const idle = session.transient === true ? settings.idleMinutes * 60 : longest;
  return Math.max(1, Math.min(idle, longest - age));
}

export async function checkStillOnline(ctx: KoaContextWithOIDC, db: Kysely<Database>, settings: SignInSettings): Promise<void> {
  const token = ctx.oidc.entities.RefreshToken;
  if (token === undefined || token.scopes.has('offline_access')) return;
  const uid = token.sessionUid;
  const session = uid === undefined ? undefined : await ctx.oidc.provider.Session.findByUid(uid);
  if (uid === undefined || session?.accountId !== token.accountId) throw new errors.InvalidGrant('the session has ended');
  await extendSession(db, uid, sessionSeconds(session, settings));
}

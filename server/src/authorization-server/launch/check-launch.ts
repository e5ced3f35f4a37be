/** SMART App Launch 2.2 §EHR launch: a handle that we did not give to this app, that is used or stale, begins nothing: the app believes in a context that is not there. */
import { parseScopes } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { isLaunchOf } from '../../storage/launches.ts';
import type { Database } from '../../storage/schema.ts';
import { tokenHash } from '../../token/token-hash.ts';

export async function checkLaunch(
  db: Kysely<Database>,
  ctx: KoaContextWithOIDC,
  launch: unknown,
  client: Client | undefined,
): Promise<void> {
  // Coming back from the steps, it has been taken up (steps/launch.ts).
  if (launch === undefined || ctx.oidc.route === 'resume') return;
  const scope = String(ctx.oidc.params?.['scope'] ?? '');
  if (!parseScopes(scope).some((one) => one.kind === 'launch' && one.target === undefined))
    throw new errors.InvalidRequest('launch needs the scope launch');
  if (typeof launch !== 'string' || launch.length > 500 || !(await isLaunchOf(db, tokenHash(launch), client?.clientId ?? '')))
    throw new errors.InvalidRequest('launch is not known');
}

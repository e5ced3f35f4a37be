/** The console as an OAuth client: public, with PKCE, registered by ourselves at start. It has no privilege but the scope of the admin API. */
import type { Kysely } from 'kysely';
import { clientById, insertClient } from '../storage/clients.ts';
import type { Cluster } from '../storage/cluster.ts';
import type { Database } from '../storage/schema.ts';
import { adminScope } from './authenticate-admin.ts';
import type { ConsoleSettings } from './console-files.ts';

const consoleClientId = 'fireguard-console';
const consoleScope = `openid profile ${adminScope}`;

/** Its settings, for the page. `audience`: what its tokens are asked for. */
export function consoleSettings(issuer: string, audience: string): ConsoleSettings {
  return { issuer, audience, clientId: consoleClientId, scope: consoleScope };
}

/** Registers it, or follows an issuer that has moved. Whether it is disabled is the administrator's word and stays. */
export async function registerConsole(db: Kysely<Database>, cluster: Cluster, issuer: string): Promise<void> {
  const redirect_uris = [`${issuer}/console/`];
  const known = await clientById(db, consoleClientId);
  if (known === undefined) {
    const none = { secret_hash: null, jwks: null, jwks_uri: null, roles: [] };
    await insertClient(db, {
      id: consoleClientId,
      name: 'Fireguard console',
      kind: 'public',
      scope: consoleScope,
      redirect_uris,
      disabled: false,
      ...none,
    });
  } else if (known.kind !== 'public' || known.scope !== consoleScope || known.redirect_uris.join() !== redirect_uris.join()) {
    await db
      .updateTable('client')
      .set({ kind: 'public', scope: consoleScope, redirect_uris, secret_hash: null })
      .where('id', '=', consoleClientId)
      .execute();
  } else return;
  await cluster.announce({ kind: 'client', id: consoleClientId });
}

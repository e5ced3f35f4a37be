/**
 * CORS for the authorization server (hardening A5, R-041 to R-044): discovery for any origin; token, userinfo, introspection and revocation for
 * the origins of registered redirect addresses only, compared whole; never `null`, never with credentials.
 */
import type { Kysely } from 'kysely';
import type { Cluster } from '../storage/cluster.ts';
import { NextRuns } from '../storage/next-runs.ts';
import type { Database } from '../storage/schema.ts';

export interface RegisteredOrigins {
  /** Whether some enabled client has a redirect address on this origin. */
  has(origin: string): Promise<boolean>;
}

export function originsOf(redirectUris: readonly string[]): readonly string[] {
  return redirectUris.flatMap((uri) => {
    const url = /^https?:/i.test(uri) ? URL.parse(uri) : null;
    return url === null ? [] : [url.origin];
  });
}

export function createRegisteredOrigins({
  db,
  cluster,
}: {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
}): RegisteredOrigins {
  let known: Promise<ReadonlySet<string>> | undefined;
  cluster.onChange(({ kind }) => {
    if (kind === 'client') known = undefined;
  });
  const runs = new NextRuns<ReadonlySet<string>>();
  const read = async () => {
    const rows = await db.selectFrom('client').select('redirect_uris').where('disabled', '=', false).execute();
    return new Set(rows.flatMap((row) => originsOf(row.redirect_uris)));
  };
  return {
    async has(origin) {
      if (origin === 'null') return false;
      if (!cluster.trusted()) return (await runs.run('', read)).has(origin);
      known ??= read();
      const reading = known;
      // A failure is not kept: the next request asks again.
      reading.catch(() => {
        if (known === reading) known = undefined;
      });
      return (await reading).has(origin);
    },
  };
}

/** Answer headers for an allowed origin. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Origin': origin,
    Vary: 'Origin',
    'Access-Control-Expose-Headers': 'WWW-Authenticate, DPoP-Nonce',
  };
}

export function preflightHeaders(origin: string, methods: string): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Origin': origin,
    Vary: 'Origin',
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, DPoP, Content-Type, Accept',
    'Access-Control-Max-Age': '600',
  };
}

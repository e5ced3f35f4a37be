/** Before the provider looks at a client's assertion, the keys that the client publishes are had, as fresh as their Cache-Control wants them. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Kysely } from 'kysely';
import { clientById } from '../storage/clients.ts';
import type { Database } from '../storage/schema.ts';
import type { ClientKeySets } from '../token/client-key-sets.ts';

export async function havePublishedKeys(
  use: { readonly db: Kysely<Database>; readonly keySets: ClientKeySets },
  assertion: string | null,
): Promise<void> {
  if (assertion === null || assertion.length > 10_000) return;
  const named = readUnverified(assertion);
  if (named === undefined) return;
  const client = await clientById(use.db, named.client);
  if (client?.jwks_uri != null && !client.disabled) await use.keySets.keys(client.jwks_uri, named.kid);
}

/** Who it says it is from: nothing is believed of it yet. */
function readUnverified(assertion: string): { readonly client: string; readonly kid: string | undefined } | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    const { kid } = decodeProtectedHeader(assertion);
    return typeof sub === 'string' ? { client: sub, kid } : undefined;
  } catch {
    return undefined;
  }
}

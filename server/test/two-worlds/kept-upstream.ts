/** A world of which Fireguard keeps some Consents itself, in a database of its own: the server behind has the rest, and what `withKeptConsents` makes of both is the upstream. */
import type { Found, Need } from '@fireguard/engine';
import { withKeptConsents } from '../../src/consents/with-kept-consents.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { tables } from './gateway.ts';
import type { Json } from './json.ts';
import { ourBase, type Scene, upstreamBase, type World } from './scenario.ts';
import { timeOf, Upstream } from './upstream.ts';

type Asked = Extract<Need, { readonly path: string }>;

/** `storage`: empty. */
export async function keptUpstream(
  world: World,
  { habits }: Pick<Scene, 'habits'>,
  storage: Storage,
): Promise<{ readonly answer: (request: Asked) => Promise<Extract<Found, { readonly kind: 'upstream' }>> }> {
  const isKept = (key: string) => /^Consent\/\w*[13]$/.test(key);
  const rest = new Upstream(upstreamBase, habits);
  await rest.load(Object.fromEntries(Object.entries(world).filter(([key]) => !isKept(key))));
  for (const [key, versions] of Object.entries(world).filter(([one]) => isKept(one))) {
    for (const [index, version] of versions.entries()) {
      const last = versions.findLast((one) => one !== null);
      const row = { id: key.slice('Consent/'.length), version: index + 1, patient: patientOf(version ?? last) };
      const resource = version === null ? null : JSON.stringify(version);
      await storage.db
        .insertInto('consent')
        .values({ ...row, resource, created_at: new Date(timeOf(key, index)) })
        .execute();
    }
  }
  const through = withKeptConsents(
    {
      base: upstreamBase,
      send: (request: Asked) => rest.answer(request),
      look: async (path: string) => {
        const { status, headers, text } = await rest.plain({ method: 'GET', path: path.replace(`${upstreamBase}/`, '') });
        return { kind: 'upstream', status, headers, body: new TextEncoder().encode(text) };
      },
      close: async () => {},
    } as unknown as Parameters<typeof withKeptConsents>[0],
    {
      from: ['upstream', 'fireguard'],
      created: undefined,
      conflict: 'deny-overrides',
      implicit: 'policy',
      onlyVerified: false,
      inTokens: false,
    },
    { db: storage.db, tables, base: ourBase },
  );
  return { answer: (request) => through.send(request) };
}

/** The bare id; of a consent of nobody who is named, somebody's. */
function patientOf(consent: Json): string {
  return /Patient\/([\w.-]+)$/.exec(consent?.patient?.reference ?? '')?.[1] ?? 'nobody';
}

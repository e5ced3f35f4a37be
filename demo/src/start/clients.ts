/** The demo's clients, one of each kind, with keys and secrets made for this home. Redirects lead to this machine only. */
import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';
import type { DemoClient } from './demo-file.ts';

export interface PlannedClient extends DemoClient {
  readonly name: string;
  readonly roles: readonly string[];
}

const REDIRECTS = [
  'http://127.0.0.1:8999/callback',
  'http://localhost:8999/callback',
  'http://localhost:4567/custom/smart_stu2_2/redirect',
  'http://localhost:4567/custom/smart/redirect',
];

const APP_SCOPE =
  'openid fhirUser profile offline_access online_access launch launch/patient launch/encounter patient/*.cruds user/*.cruds patient/*.* user/*.*';

export function planClients(): readonly PlannedClient[] {
  return [
    { client_id: 'steady-heart', name: 'Steady Heart', kind: 'public', redirect_uris: REDIRECTS, scope: APP_SCOPE, roles: [] },
    { client_id: 'ward-view', name: 'Ward View', kind: 'symmetric', redirect_uris: REDIRECTS, scope: APP_SCOPE, roles: [] },
    {
      client_id: 'ledger',
      name: 'Ledger',
      kind: 'asymmetric',
      redirect_uris: REDIRECTS,
      scope: APP_SCOPE,
      roles: [],
      private_jwk: ellipticKey(),
    },
    {
      client_id: 'warehouse',
      name: 'Data Warehouse',
      kind: 'backend',
      redirect_uris: [],
      scope: 'system/*.rs system/*.read',
      roles: ['backend-service'],
      private_jwk: ellipticKey(),
    },
  ];
}

/** ES384, as SMART asks of a client. */
export function ellipticKey(): JsonWebKey & { kid: string; alg: string; use: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES384', use: 'sig' };
}

export function publicPart(key: NonNullable<DemoClient['private_jwk']>): object {
  const { d: _private, ...rest } = key;
  return rest;
}

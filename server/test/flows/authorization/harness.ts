/**
 * The authorization server as the tests meet it: real PostgreSQL, real sockets, a few people, apps and patients. What is simulated: where the
 * picker's patients come from, and the audit log's disk.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { type AuditRecord, r4 } from '@fireguard/engine';
import fastify, { type FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { AuditLog } from '../../../src/audit-log/audit-log.ts';
import {
  type AuthorizationServer,
  type AuthorizationServerDependencies,
  createAuthorizationServer,
} from '../../../src/authorization-server/authorization-server.ts';
import type { BrandChoice } from '../../../src/authorization-server/pages/brand.ts';
import type { PasswordRules } from '../../../src/authorization-server/password-rules.ts';
import { createPasswords } from '../../../src/authorization-server/passwords.ts';
import type { PickerEncounter, PickerPatient, PickerSource } from '../../../src/authorization-server/picker-source.ts';
import type { BrandSettings } from '../../../src/authorization-server/public-documents.ts';
import { signInSection } from '../../../src/authorization-server/sign-in-settings.ts';
import { insertClient, type NewClient } from '../../../src/storage/clients.ts';
import { insertPerson } from '../../../src/storage/people.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { createClientKeySets } from '../../../src/token/client-key-sets.ts';
import { fetchOutside } from '../../../src/token/fetch-outside.ts';
import { createTokenResolver } from '../../../src/token/resolve.ts';
import type { TokenResolver } from '../../../src/token/resolved-token.ts';
import { createTokenRevocation, type TokenRevocation } from '../../../src/token/revoke.ts';
import { tokenHash } from '../../../src/token/token-hash.ts';

export const PASSWORD = 'correct horse battery staple';
export const SECRET = randomBytes(32).toString('base64url');

export const patients: readonly PickerPatient[] = [
  { id: 'haruka', name: 'ITO, Haruka', birthDate: '2019-03-14', sex: 'female', mrn: '7702 118' },
  { id: 'haruki', name: 'ITO, Haruki', birthDate: '2018-11-02', sex: 'male', mrn: '7714 906' },
  { id: 'mei', name: 'SAITO, Mei', birthDate: '2024-06-30', mrn: '8120 447' },
];

/** Visits of Haruka. */
export const encounters: readonly PickerEncounter[] = [
  { id: 'visit-2', name: 'Outpatient visit', start: '2026-05-02T09:00:00Z', status: 'in-progress' },
  { id: 'visit-1', name: 'Emergency visit', start: '2025-01-12T22:10:00Z', status: 'finished' },
];

export interface KeyPair {
  readonly publicJwk: Record<string, unknown>;
  readonly privateJwk: Record<string, unknown>;
}

export function es384(kid: string): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const more = { kid, alg: 'ES384', use: 'sig' };
  return {
    publicJwk: { ...publicKey.export({ format: 'jwk' }), ...more },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...more },
  };
}

export interface Issuer {
  readonly issuer: string;
  readonly fhirBase: string;
  readonly storage: Storage;
  readonly server: AuthorizationServer;
  readonly tokens: TokenResolver;
  readonly revocation: TokenRevocation;
  readonly records: AuditRecord[];
  readonly reports: { error: unknown; where: string }[];
  readonly backendKey: KeyPair;
  readonly appKey: KeyPair;
  /** Makes the audit log fail or work again. */
  auditWorks(works: boolean): void;
  close(): Promise<void>;
}

export const redirectUri = 'http://127.0.0.1:9/callback';
const appScope =
  'openid fhirUser profile launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds';

export interface IssuerOptions {
  /** What consents say at token time. Default: nothing. */
  readonly consents?: AuthorizationServerDependencies['consents'];
  /** Settings of `signIn` that differ from the defaults. */
  readonly signIn?: z.input<typeof signInSection>;
  readonly rules?: PasswordRules;
  readonly brand?: Partial<BrandChoice>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** PEM. */
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    readonly ca?: string;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized?: boolean;
  };
  readonly acceptPrivateKeyAddresses?: boolean;
  readonly jwtAudiences?: readonly string[];
  readonly iua?: AuthorizationServerDependencies['iua'];
  readonly access?: BrandSettings;
  readonly securityContact?: string;
  readonly dpopNonces?: 'offered' | 'required';
}

export async function startIssuer({
  tls,
  acceptPrivateKeyAddresses = false,
  jwtAudiences = [],
  access,
  securityContact,
  signIn,
  rules,
  brand,
  now,
  dpopNonces = 'offered',
  consents,
  iua,
}: IssuerOptions = {}): Promise<Issuer> {
  const storage = await testStorage();
  const [issuerPort, apiPort] = [await freePort(), await freePort()];
  const issuer = `${tls === undefined ? 'http' : 'https'}://localhost:${issuerPort}`;
  const fhirBase = `http://127.0.0.1:${apiPort}/fhir`;
  const passwords = createPasswords({ memory: 256, passes: 1, parallelism: 1 });
  await insertPeople(storage, await passwords.hash(PASSWORD));
  const [backendKey, appKey] = [es384('backend-1'), es384('app-1')];
  for (const client of clients(backendKey, appKey)) await insertClient(storage.db, client);

  const records: AuditRecord[] = [];
  let works = true;
  const auditLog: AuditLog = {
    async append(draft) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!works) throw new Error('disk full');
      const record = { ...draft, id: String(records.length), recorded: Date.now() };
      records.push(record);
      return record;
    },
    searchable: () => Promise.resolve(),
    healthy: () => works,
    close: () => Promise.resolve(),
  };
  const reports: { error: unknown; where: string }[] = [];
  const tokens = createTokenResolver({ db: storage.db, cluster: storage.cluster, issuer });
  const revocation = createTokenRevocation({ db: storage.db, cluster: storage.cluster });
  const server = await createAuthorizationServer({
    tables: r4(),
    issuer,
    fhirBase,
    storage,
    auditLog,
    tokens,
    revocation,
    picker: pickerSource(),
    brand: { name: 'Alder Vale Hospital', helpLine: '01632 960 142', ...brand },
    signIn: signInSection.parse(signIn ?? {}),
    ...(rules === undefined ? {} : { rules }),
    ...(now === undefined ? {} : { now }),
    consents,
    stayConnectedDays: 92,
    dpopNonces,
    purposes: {
      byRole: { patient: 'PATRQT' },
      mayAsk: { physician: ['TREAT', 'ETREAT'], 'backend-service': ['HOPERAT', 'HPAYMT'] },
    },
    fetch: fetchOutside(acceptPrivateKeyAddresses),
    keySets: createClientKeySets({ fetch: fetchOutside(acceptPrivateKeyAddresses), now: now ?? Date.now }),
    iua,
    jwtAudiences,
    brands: access,
    securityContact,
    report: (error, where) => reports.push({ error, where }),
    passwords,
  });
  const app = (tls === undefined ? fastify() : fastify({ https: tls })) as FastifyInstance;
  await server.mount(app);
  await app.listen({ host: 'localhost', port: issuerPort });
  const api = await startApi(server, apiPort);
  return {
    issuer,
    fhirBase,
    storage,
    server,
    tokens,
    revocation,
    records,
    reports,
    backendKey,
    appKey,
    auditWorks: (value) => {
      works = value;
    },
    async close() {
      await app.close();
      await api.close();
      await storage.close();
    },
  };
}

async function insertPeople(storage: Storage, hash: string): Promise<void> {
  const people = [
    ['okafor', 'Dr Ines Okafor', ['physician'], 'Practitioner/okafor', false],
    ['lindqvist', 'Mara Lindqvist', ['patient'], 'Patient/mara', false],
    ['parent', 'Ken Ito', ['patient'], 'RelatedPerson/ken', false],
    ['clerk', 'Bo Clerk', ['billing'], null, false],
    ['gone', 'Former Employee', ['physician'], 'Practitioner/gone', true],
  ] as const;
  for (const [id, name, roles, fhirUser, disabled] of people)
    await insertPerson(storage.db, {
      id: `person-${id}`,
      username: id,
      name,
      password_hash: hash,
      roles: [...roles],
      fhir_user: fhirUser,
      disabled,
    });
}

function clients(backend: KeyPair, app: KeyPair): readonly NewClient[] {
  const common = { secret_hash: null, jwks: null, jwks_uri: null, roles: [], disabled: false };
  const jwks = (pair: KeyPair) => JSON.stringify({ keys: [pair.publicJwk] });
  return [
    {
      ...common,
      id: 'growth-chart',
      name: 'Growth Chart',
      kind: 'public',
      redirect_uris: [redirectUri, 'https://app.example/cb'],
      scope: appScope,
    },
    {
      ...common,
      id: 'narrow',
      name: 'Narrow App',
      kind: 'public',
      redirect_uris: [redirectUri],
      scope: 'openid patient/Observation.rs launch/patient',
    },
    {
      ...common,
      id: 'portal',
      name: 'Portal',
      kind: 'symmetric',
      secret_hash: tokenHash(SECRET),
      redirect_uris: [redirectUri],
      scope: appScope,
    },
    {
      ...common,
      id: 'registry',
      name: 'Registry',
      kind: 'asymmetric',
      jwks: jwks(app),
      redirect_uris: [redirectUri],
      scope: appScope,
    },
    {
      ...common,
      id: 'ehr',
      name: 'The EHR',
      kind: 'backend',
      jwks: jwks(backend),
      redirect_uris: [],
      scope: '__launch',
      roles: [],
    },
    {
      ...common,
      id: 'nightly',
      name: 'Nightly Job',
      kind: 'backend',
      jwks: jwks(backend),
      redirect_uris: [],
      scope: 'system/*.rs __introspect',
      roles: ['backend-service'],
    },
  ];
}

function pickerSource(): PickerSource {
  const all = new Map<string, readonly PickerPatient[]>([
    ['person-okafor', patients],
    ['person-lindqvist', [{ id: 'mara', name: 'LINDQVIST, Mara', birthDate: '1984-05-02', mrn: '5512 330' }]],
    ['person-parent', patients.slice(0, 2)],
  ]);
  return {
    patientsFor: async (person, query) =>
      (all.get(person.id) ?? []).filter(({ name }) => name.toLowerCase().includes(query.toLowerCase())),
    patientById: async (person, id) => (all.get(person.id) ?? []).find((patient) => patient.id === id),
    encountersFor: async (person, patient) => (person.id === 'person-okafor' && patient === 'haruka' ? encounters : []),
    encounterById: async (person, patient, id) =>
      person.id === 'person-okafor' && patient === 'haruka' ? encounters.find((one) => one.id === id) : undefined,
  };
}

/** Where a SMART client looks for us. */
async function startApi(server: AuthorizationServer, port: number): Promise<FastifyInstance> {
  const api = fastify();
  api.get('/fhir/.well-known/smart-configuration', (_request, reply) =>
    reply.header('Access-Control-Allow-Origin', '*').send(server.smartConfiguration()),
  );
  await api.listen({ host: '127.0.0.1', port });
  return api;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

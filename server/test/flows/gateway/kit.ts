/** Boots the gateway on free ports: real listener, real pipeline, real upstream client; tokens, audit and cluster in memory. */
import { type AuditRecord, compilePolicies } from '@fireguard/engine';
import type { AuditDraft, AuditLog } from '../../../src/audit-log/audit-log.ts';
import { authentication } from '../../../src/authentication/authenticate.ts';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { loadLabelRules } from '../../../src/config/load-label-rules.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { protectionOf } from '../../../src/consents/protection-of.ts';
import { fhirFacts } from '../../../src/facts/fhir-facts.ts';
import type { Collaborators } from '../../../src/gateway/collaborators.ts';
import { cursorSeal } from '../../../src/gateway/cursor-seal.ts';
import { fhirDoor } from '../../../src/gateway/door.ts';
import type { RequestLine } from '../../../src/gateway/log.ts';
import { registeredOrigins } from '../../../src/gateway/registered-origins.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { Hosts } from '../../../src/http/hosts.ts';
import { rawListener } from '../../../src/http/listener.ts';
import type { Change, Cluster } from '../../../src/storage/cluster.ts';
import type { DpopNonces } from '../../../src/token/dpop-nonces.ts';
import type { ResolvedToken } from '../../../src/token/resolved-token.ts';
import type { ServiceCredentials } from '../../../src/token/service-credentials.ts';
import { dialectOf } from '../../../src/upstream/dialects.ts';
import { pooledUpstream } from '../../../src/upstream/pooled-upstream.ts';
import { tablesOf } from '../../../src/upstream/tables-of.ts';

export const CREDENTIAL = 'only-the-gateway-knows-this';

/** Rules small enough to be read in a test. */
export const POLICY = {
  policySet: 'gateway-tests',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'staff-read-directory',
      description: 'Staff may read the directory.',
      effect: 'permit',
      caller: { roles: ['physician'] },
      interactions: ['read', 'search'],
      resources: { categories: ['business', 'individual', 'anonymous'] },
    },
    {
      id: 'physicians-treat',
      description: 'A physician may read and write the record of a patient in their care.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner', 'care-team', 'encounter'] },
      interactions: ['read', 'vread', 'search', 'create', 'update', 'patch', 'delete'],
      resources: { categories: ['patient', 'not-classified'] },
    },
    {
      id: 'patients-read-own',
      description: 'Patients may read their own record.',
      effect: 'permit',
      caller: { roles: ['patient'], relations: ['self'] },
      interactions: ['read', 'vread', 'search'],
      resources: { categories: ['patient', 'not-classified'] },
    },
  ],
};

export class MemoryAudit implements AuditLog {
  readonly records: AuditRecord[] = [];
  /** Set to make every append fail, as a full disk would. */
  broken = false;
  /** Called before a record counts as durable. */
  before: (draft: AuditDraft) => Promise<void> = async () => undefined;

  async append(draft: AuditDraft): Promise<AuditRecord> {
    await this.before(draft);
    if (this.broken) throw new (await import('@fireguard/engine')).Problem('audit-unavailable', 'no');
    const record = { ...draft, id: crypto.randomUUID(), recorded: Date.now() };
    this.records.push(record);
    return record;
  }

  healthy(): boolean {
    return !this.broken;
  }

  async searchable(): Promise<void> {}

  async close(): Promise<void> {}

  get last(): AuditRecord {
    return this.records.at(-1)!;
  }
}

export class MemoryCluster implements Cluster {
  readonly node = 'test';
  readonly changes: Change[] = [];
  isTrusted = true;
  readonly #handlers: ((change: Change) => void)[] = [];

  trusted(): boolean {
    return this.isTrusted;
  }

  onChange(apply: (change: Change) => void): void {
    this.#handlers.push(apply);
  }

  async announce(change: Change): Promise<void> {
    this.changes.push(change);
    for (const handler of this.#handlers) handler(change);
  }
}

export interface Setting {
  readonly upstream: string;
  readonly policies?: readonly unknown[];
  readonly config?: Partial<ConfigInput>;
  readonly http?: ConfigInput['http'];
  readonly upstreamOptions?: Partial<ConfigInput['upstream']>;
  readonly origins?: () => readonly string[];
  /** Default: no service has a credential of its own. */
  readonly services?: (base: string) => ServiceCredentials;
  /** Default: no DPoP nonces. */
  readonly nonces?: DpopNonces;
  /** Consents, purposes and label rules as the configuration has them. Default: only the labels that resources carry. */
  readonly protected?: boolean;
}

export interface Gateway {
  /** FHIR base, no slash at the end. */
  readonly base: string;
  readonly port: number;
  readonly audit: MemoryAudit;
  readonly cluster: MemoryCluster;
  readonly lines: RequestLine[];
  /** For parts that stand beside the listener and use the same pipeline. */
  readonly use: Collaborators;
  /** Makes a token; what is not given is a physician's through an app. */
  token(meaning?: Partial<ResolvedToken>): string;
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>;
  /** From the next request on. */
  decideBy(policies: readonly unknown[]): void;
  close(): Promise<void>;
}

export async function startGateway(setting: Setting): Promise<Gateway> {
  const port = await freePort('127.0.0.1');
  const overTls = setting.http?.tls !== undefined;
  const base = `${overTls ? 'https' : 'http'}://127.0.0.1:${port}/fhir`;
  const config = defaultConfig({
    profile: 'development',
    http: { ...setting.http, api: { port } },
    ...setting.config,
    upstream: { url: setting.upstream, credentials: { bearer: CREDENTIAL }, dialect: 'demo', ...setting.upstreamOptions },
  });
  const tables = tablesOf(config.upstream);
  const tokens = new Map<string, ResolvedToken>();
  const used = new Set<string>();
  const nobody = async () => undefined;
  const audit = new MemoryAudit();
  const cluster = new MemoryCluster();
  const lines: RequestLine[] = [];
  const upstream = pooledUpstream(config.upstream);
  let policies = compilePolicies(setting.policies ?? [POLICY], tables);
  const use: Collaborators = {
    authenticate: authentication({
      tokens: { resolve: async (token) => tokens.get(token) },
      services: setting.services?.(base) ?? { byApiKey: nobody, byCertificate: nobody, bySignedJwt: nobody },
      once: async (id) => !used.has(id) && used.add(id) !== undefined,
      ...(setting.nonces === undefined ? {} : { nonces: setting.nonces }),
      audience: base,
      now: Date.now,
    }),
    ...(setting.nonces === undefined ? {} : { nonces: setting.nonces }),
    policies: () => policies,
    tables,
    ...(setting.protected === true
      ? { protection: protectionOf(config.consents, config.purposes, loadLabelRules(config.labels, undefined)) }
      : {}),
    facts: fhirFacts({
      upstream,
      tables,
      base,
      cluster,
      ownRelations: async () => [],
      exclusive: config.upstream.exclusive,
      settings: config.facts,
      now: Date.now,
    }),
    upstream,
    dialect: dialectOf(config.upstream.dialect),
    audit,
    cursors: cursorSeal([new Uint8Array(32).fill(7)]),
    limits: config.gateway,
    base,
    authorization: { authorize: 'http://localhost:1/authorize', token: 'http://localhost:1/token' },
    overTls,
    now: Date.now,
    log: (line) => {
      lines.push(line);
      if (line.problem === 'bug') console.error(line);
    },
  };
  const hosts = new Hosts();
  hosts.allow(base);
  const app = rawListener(
    config.http,
    fhirDoor({
      use,
      hosts,
      origins: registeredOrigins(
        async () => [{ redirect_uris: (setting.origins?.() ?? []).map((origin) => `${origin}/callback`), disabled: false }],
        cluster,
      ),
      maxBodyBytes: config.http.maxBodyBytes,
      maxConcurrent: config.http.maxConcurrent,
      documents: {
        'smart-configuration': () => ({ issuer: 'http://localhost:1' }),
        'protected-resource': () => ({ resource: base }),
      },
    }),
  );
  await app.listen({ host: '127.0.0.1', port });
  return {
    base,
    port,
    audit,
    cluster,
    lines,
    use,
    token(meaning = {}) {
      const token = crypto.randomUUID();
      tokens.set(token, {
        id: token.slice(0, 8),
        issuer: 'http://localhost:1',
        audience: base,
        scope: 'user/*.cruds',
        expiresAt: Date.now() + 60_000,
        client: { id: 'app', name: 'An app', roles: [] },
        person: { id: 'p1', name: 'Dr Test', roles: ['physician'], fhirUser: 'Practitioner/doc' },
        patient: undefined,
        encounter: undefined,
        more: undefined,
        binding: undefined,
        signIn: undefined,
        purposes: [],
        ...meaning,
      });
      return token;
    },
    get: (path, token, headers = {}) =>
      fetch(base + path, { headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers } }),
    decideBy(next) {
      policies = compilePolicies(next, tables);
    },
    async close() {
      await app.close();
      await upstream.close();
    },
  };
}

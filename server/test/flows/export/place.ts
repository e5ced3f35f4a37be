/** A hospital behind the whole server, and a backend service that exports from it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfig } from '../../../src/config/default-config.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

export interface ExportPlace {
  readonly ward: Ward;
  readonly running: Running;
  readonly home: string;
  readonly backend: Backend;
  /** Another client with the same rights. */
  register(roles?: readonly string[]): Promise<Backend>;
  close(): Promise<void>;
}

export const POLICIES = {
  policySet: 'export-tests',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'service-reads',
      description: 'The service may read what is not restricted.',
      effect: 'permit',
      caller: { roles: ['backend-service'] },
      interactions: ['read', 'search'],
      resources: { categories: ['patient', 'not-classified', 'business', 'individual', 'anonymous'] },
    },
    {
      id: 'phones-withheld',
      description: 'Nobody needs the phone.',
      effect: 'deny',
      interactions: ['read', 'search'],
      resources: { types: ['Patient'] },
      elements: ['Patient.telecom'],
    },
    {
      id: 'claims-closed',
      description: 'Claims are for others.',
      effect: 'deny',
      interactions: ['read', 'search'],
      resources: { types: ['Claim'] },
    },
  ],
};

export async function exportPlace(
  more: Partial<ConfigInput> = {},
  place?: Ward,
  policies: object = POLICIES,
): Promise<ExportPlace> {
  const behind = place ?? (await ward());
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-export-'));
  const file = path.join(home, 'policies.yaml');
  writeFileSync(file, JSON.stringify(policies));
  const running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: behind.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      policies: { files: [file] },
      log: { level: 'error' },
      ...more,
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  const register = (roles?: readonly string[]) => registerBackend(running.urls.issuer, running.adminToken!, roles);
  return {
    ward: behind,
    running,
    home,
    backend: await register(),
    register,
    async close() {
      await running.close();
      if (place === undefined) await behind.server.close();
    },
  };
}

export const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

export interface Manifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: boolean;
  readonly output: readonly { readonly type: string; readonly url: string }[];
  readonly error: readonly unknown[];
}

export const kickOff = (base: string, target: string, token: string, init: RequestInit = {}): Promise<Response> =>
  fetch(base + target, {
    ...init,
    headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json', prefer: 'respond-async', ...init.headers },
  });

/** Polls until it is no longer in work. */
export async function settled(url: string, token: string): Promise<Response> {
  for (let tries = 0; tries < 400; tries++) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 202) return answer;
    await answer.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the export does not end');
}

export interface Exported {
  readonly status: string;
  readonly manifest: Manifest;
  /** By type, in the order of the files. */
  readonly resources: Readonly<Record<string, readonly Record<string, unknown>[]>>;
}

/** From kick-off to the last file. */
export async function exported(base: string, target: string, token: string, init?: RequestInit): Promise<Exported> {
  const accepted = await kickOff(base, target, token, init);
  const status = accepted.headers.get('content-location');
  if (accepted.status !== 202 || status === null) throw new Error(`${accepted.status} ${await accepted.text()}`);
  const done = await settled(status, token);
  if (done.status !== 200) throw new Error(`${done.status} ${await done.text()}`);
  const manifest = (await done.json()) as Manifest;
  const resources: Record<string, Record<string, unknown>[]> = {};
  for (const { type, url } of manifest.output) {
    const file = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (file.status !== 200) throw new Error(`${file.status} ${await file.text()}`);
    const lines = (await file.text()).split('\n').filter((line) => line !== '');
    resources[type] = [...(resources[type] ?? []), ...lines.map((line) => JSON.parse(line) as Record<string, unknown>)];
  }
  return { status, manifest, resources };
}

export const idsOf = (resources: readonly Record<string, unknown>[] = []): string[] =>
  resources.map(({ id }) => String(id)).sort();

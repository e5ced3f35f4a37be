/** What bounds an export beside its policies: scopes, other policies after a restart, and an operator who serves none. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { type Running, start } from '../../../src/main.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';
import { exported, idsOf, kickOff, POLICIES } from './place.ts';

let behind: Ward;
let database: TestDatabase;
let backend: Backend;
let running: Running;
let ports: readonly [number, number];
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-export-'));

async function begin(policies: object, enabled = true): Promise<void> {
  await running?.close();
  const file = path.join(home, 'policies.yaml');
  writeFileSync(file, JSON.stringify(policies));
  const config = defaultConfig({
    profile: 'development',
    home,
    http: { pages: { port: ports[0] }, api: { port: ports[1] } },
    upstream: { url: behind.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
    policies: { files: [file] },
    export: { enabled },
    log: { level: 'error' },
  });
  running = await start(config, { storage: await database.open(), tell: () => undefined });
}

beforeAll(async () => {
  [behind, database] = await Promise.all([ward(), testDatabase()]);
  ports = [await freePort('localhost'), await freePort('127.0.0.1')];
  await behind.put({
    resourceType: 'Group',
    id: 'all',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/mine' } }],
  });
  await begin(POLICIES);
  backend = await registerBackend(running.urls.issuer, running.adminToken!);
});
afterAll(async () => {
  await running?.close();
  await database?.drop();
  await behind?.server.close();
});

const get = (url: string, token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });

test('R-108 a scope bounds what is exported, named or not', async () => {
  const { fhir } = running.urls;
  const patients = await backend.token('system/Patient.rs');
  const { resources } = await exported(fhir, '/Patient/$export', patients);
  expect(Object.keys(resources)).toEqual(['Patient']);
  expect((await kickOff(fhir, '/Patient/$export?_type=Patient,Observation', patients)).status).toBe(403);
  expect((await kickOff(fhir, '/Group/all/$export', patients)).status).toBe(403);
  // Without a right to search patients none can be told from another, and all count.
  const observations = await backend.token('system/Observation.rs system/Group.rs');
  const only = await exported(fhir, '/Patient/$export', observations);
  expect(idsOf(only.resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3', 'other-1', 'other-2', 'other-3']);
  const ofGroup = await exported(fhir, '/Group/all/$export?_type=Observation', observations);
  expect(idsOf(ofGroup.resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3']);
});

test('other policies end an export: its status says so, and its files are gone', async () => {
  const { fhir } = running.urls;
  const token = await backend.token('system/*.rs');
  const { status, manifest } = await exported(fhir, '/Patient/$export?_type=Patient', token);
  const [file] = manifest.output;
  await begin({ ...POLICIES, version: 2, rules: POLICIES.rules.slice(0, 2) });
  const again = await backend.token('system/*.rs');
  expect((await get(status, again)).status).toBe(410);
  expect((await get(file!.url, again)).status).toBe(410);
  await begin(POLICIES);
  expect((await get(status, await backend.token('system/*.rs'))).status).toBe(200);
});

test('R-252 an operator can serve no exports: they are not announced, not begun, and not there', async () => {
  const { fhir } = running.urls;
  const { status } = await exported(fhir, '/Patient/$export?_type=Patient', await backend.token('system/*.rs'));
  expect(await (await fetch(`${fhir}/metadata`)).text()).toContain('"export"');
  await begin(POLICIES, false);
  const token = await backend.token('system/*.rs');
  expect((await kickOff(fhir, '/Patient/$export', token)).status).toBe(404);
  expect((await get(status, token)).status).toBe(404);
  expect(await (await fetch(`${fhir}/metadata`)).text()).not.toContain('"export"');
});

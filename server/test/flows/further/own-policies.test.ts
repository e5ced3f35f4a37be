/** Issue 5, "policy sets per tenant or upstream": two servers behind one Fireguard, each with policies, value sets and label rules of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { weakenings } from '../../../src/config/posture.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

const home = mkdtempSync(path.join(tmpdir(), 'fireguard-own-policies-'));
const SYSTEM = 'http://loinc.org';
let wards: readonly Ward[];
let running: Running;
let backend: Backend;
let bases: readonly string[];

const rules = (policySet: string, open: string) => ({
  policySet,
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: `${policySet}-read`,
      description: 'Services read observations with certain codes, and who the patients are.',
      effect: 'permit',
      caller: { roles: ['backend-service'] },
      interactions: ['read', 'search'],
      resources: { types: ['Observation'], codes: { valueSets: ['http://example.org/vs/open'], at: ['Observation.code'] } },
    },
    {
      id: `${policySet}-other`,
      description: 'What else is open here.',
      effect: 'permit',
      caller: { roles: ['backend-service'] },
      interactions: ['read', 'search'],
      resources: { types: [open] },
    },
  ],
});
/** The same name means other codes at either. */
const valueSet = (code: string) => ({
  resourceType: 'ValueSet',
  url: 'http://example.org/vs/open',
  status: 'active',
  compose: { include: [{ system: SYSTEM, concept: [{ code }] }] },
});
const labels = {
  labelRules: 'own',
  version: 1,
  default: 'N',
  rules: [{ id: 'weights', description: 'Weights are very restricted here.', codes: ['loinc|29463-7'], labels: ['SDV'] }],
};

beforeAll(async () => {
  wards = [await ward(), await ward()];
  for (const one of wards)
    await one.put({
      resourceType: 'Observation',
      id: 'weight',
      status: 'final',
      code: { coding: [{ system: SYSTEM, code: '29463-7' }] },
      subject: { reference: 'Patient/mine' },
    });
  const file = (name: string, content: object) => writeFileSync(path.join(home, name), JSON.stringify(content));
  file('first.yaml', rules('first', 'Patient'));
  file('second.yaml', rules('second', 'Practitioner'));
  file('first.json', valueSet('8867-4'));
  file('second.json', valueSet('29463-7'));
  file('labels.yaml', labels);
  const behind = (one: Ward) => ({
    url: one.server.url,
    credentials: { bearer: CREDENTIAL },
    dialect: 'demo',
    exclusive: true,
  });
  const config = path.join(home, 'fireguard.yaml');
  file('fireguard.yaml', {
    profile: 'development',
    home: 'home',
    http: { pages: { port: 0 }, api: { port: 0 } },
    upstream: behind(wards[0]!),
    policies: { files: ['first.yaml'], valueSets: ['first.json'] },
    labels: { rules: [] },
    upstreams: [
      { name: 'second', ...behind(wards[1]!), policies: { files: ['second.yaml'], valueSets: ['second.json'] } },
      {
        name: 'labelled',
        ...behind(wards[1]!),
        policies: { files: ['second.yaml'], valueSets: ['second.json'] },
        labels: { rules: ['labels.yaml'] },
      },
      { name: 'alike', ...behind(wards[1]!) },
    ],
    log: { level: 'error' },
  });
  const loaded = loadConfig(config);
  expect(weakenings(loaded).filter((line) => line.includes('labels.rules'))).toHaveLength(1);
  running = await start(loaded, { storage: await testStorage(), tell: () => undefined });
  const { fhir } = running.urls;
  bases = [fhir, `${fhir}/second`, `${fhir}/labelled`, `${fhir}/alike`];
  backend = await registerBackend(running.urls.issuer, running.adminToken!);
}, 120_000);
afterAll(async () => {
  await running?.close();
  await Promise.all((wards ?? []).map(({ server }) => server.close()));
  rmSync(home, { recursive: true, force: true });
});

/** Statuses of reads of a pulse, a weight, a patient, a practitioner; and the ids of a search. */
async function seenAt(base: string) {
  const token = await backend.token('system/*.rs', { resource: base });
  const get = (target: string) => fetch(base + target, { headers: { authorization: `Bearer ${token}` } });
  const statuses: number[] = [];
  for (const target of ['/Observation/mine-1', '/Observation/weight', '/Patient/mine', '/Practitioner/doc'])
    statuses.push((await get(target)).status);
  const bundle = (await (await get('/Observation?_sort=_id')).json()) as { entry?: { resource: { id: string } }[] };
  return [statuses, (bundle.entry ?? []).map(({ resource }) => resource.id)];
}

test('each server is decided by its own policies and value sets, and the rest by those of all', async () => {
  const pulses = ['mine-1', 'mine-2', 'mine-3', 'other-1', 'other-2', 'other-3'];
  expect(await seenAt(bases[0]!)).toEqual([[200, 404, 200, 403], pulses]);
  expect(await seenAt(bases[1]!)).toEqual([[404, 200, 403, 200], ['weight']]);
  expect(await seenAt(bases[3]!)).toEqual([[200, 404, 200, 403], pulses]);
});

test('and by its own label rules', async () => {
  expect(await seenAt(bases[2]!)).toEqual([[404, 404, 403, 200], []]);
});

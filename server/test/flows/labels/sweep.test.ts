import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labelsSweep } from '../../../src/cli/labels-sweep.ts';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { registerBackend } from '../whole/backend.ts';

const home = mkdtempSync(path.join(tmpdir(), 'fireguard-sweep-'));
const state = path.join(home, 'sweep.json');
let place: Ward;
let running: Running;
const told: string[] = [];

beforeAll(async () => {
  place = await ward();
  const subject = { reference: 'Patient/mine' };
  const hiv = { coding: [{ system: 'http://loinc.org', code: '7917-8' }] };
  await place.put({ resourceType: 'Encounter', id: 'visit', status: 'finished', class: { code: 'AMB' }, subject });
  await place.put({ resourceType: 'Encounter', id: 'other-visit', status: 'finished', class: { code: 'AMB' }, subject });
  const encounter = { reference: 'Encounter/visit' };
  await place.put({ resourceType: 'Observation', id: 'hiv', status: 'final', code: hiv, subject, encounter });
  const result = [{ reference: 'Observation/hiv' }];
  await place.put({
    resourceType: 'DiagnosticReport',
    id: 'report',
    status: 'final',
    code: { text: 'laboratory' },
    subject,
    result,
  });
  running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  const backend = await registerBackend(running.urls.issuer, running.adminToken!, ['labelling-service']);
  process.env['SWEEP_TEST_TOKEN'] = await backend.token('system/*.rus');
});
afterAll(async () => {
  delete process.env['SWEEP_TEST_TOKEN'];
  await running?.close();
  await place?.server.close();
  rmSync(home, { recursive: true, force: true });
});

async function sweep(flags: readonly string[] = [], more: Record<string, string> = {}): Promise<number> {
  told.length = 0;
  const texts: Record<string, string> = { 'token-env': 'SWEEP_TEST_TOKEN', state, ...more };
  const types = ['Observation', 'DiagnosticReport', 'Encounter'];
  return labelsSweep.run(
    {
      text: (name) => texts[name],
      needed: (name) => texts[name]!,
      all: (name) => (name === 'type' ? types : []),
      flag: (name) => flags.includes(name),
      rest: [running.urls.fhir],
    },
    { print: (line) => void told.push(line), tell: () => undefined },
  );
}

const labels = async (key: string) => {
  const { meta } = JSON.parse(await place.raw(key)) as { meta: { security?: { code: string }[]; versionId: string } };
  return meta.security?.map(({ code }) => code);
};

test('a dry run counts and writes nothing', async () => {
  expect(await sweep(['dry-run'])).toBe(0);
  expect(told[0]).toBe('seen: 10, to label: 3, left: 0');
  for (const key of ['Observation/hiv', 'DiagnosticReport/report', 'Encounter/visit'])
    expect(await labels(key)).toBeUndefined();
  expect(existsSync(state)).toBe(false);
});

test('R-206 a sweep labels what is sensitive, marks what holds it, and leaves the rest alone', async () => {
  expect(await sweep()).toBe(0);
  expect(told[0]).toBe('seen: 10, labelled: 3, left: 0');
  expect(told.slice(1).map((line) => line.trim().replaceAll(/\s+/g, ' '))).toEqual(['R 3', 'HIV 3']);
  for (const key of ['Observation/hiv', 'DiagnosticReport/report', 'Encounter/visit'])
    expect(await labels(key), key).toEqual(['R', 'HIV']);
  for (const key of ['Observation/mine-1', 'Encounter/other-visit']) expect(await labels(key), key).toBeUndefined();
  // What it did is recorded like everything else.
  await running.audit.caughtUp();
  const { rows } = await running.audit.search({ count: 1000 });
  const patches = rows.filter(({ record }) => record.kind === 'request' && record.action === 'patch');
  expect(new Set(patches.flatMap(({ record }) => record.patients))).toEqual(new Set(['mine']));
});

test('a second one finds nothing to do', async () => {
  expect(await sweep()).toBe(0);
  expect(told[0]).toBe('seen: 10, labelled: 0, left: 0');
});

test('one that was stopped goes on from where it stood', async () => {
  const token = process.env['SWEEP_TEST_TOKEN'];
  const before = {
    done: ['Observation'],
    next: undefined,
    marks: { 'Encounter/other-visit': [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'STD' }] },
    counts: { seen: 6, labelled: 0, left: 0, labels: {} },
  };
  const { writeFileSync } = await import('node:fs');
  writeFileSync(state, JSON.stringify(before));
  process.env['SWEEP_TEST_TOKEN'] = 'none';
  await expect(sweep()).rejects.toThrow(/status 401.*Run it again/);
  expect(JSON.parse(readFileSync(state, 'utf8')).done).toEqual(['Observation']);
  process.env['SWEEP_TEST_TOKEN'] = token;
  expect(await sweep()).toBe(0);
  expect(told[0]).toMatch(/^seen: 9, labelled: 1/);
  expect(await labels('Encounter/other-visit')).toEqual(['STD']);
});

test('R-205 labels say by which policy and by whom they were put on, where that is asked for', async () => {
  const hiv = { coding: [{ system: 'http://loinc.org', code: '7917-8' }] };
  await place.put({
    resourceType: 'Observation',
    id: 'late',
    status: 'final',
    code: hiv,
    subject: { reference: 'Patient/mine' },
  });
  const origin = { basis: 'http://terminology.hl7.org/CodeSystem/v3-ActCode|HIPAAConsentCD', classifier: 'Device/labeller' };
  expect(await sweep([], origin)).toBe(0);
  expect(told[0]).toMatch(/labelled: [1-9]\d*, left: 0$/);
  const { meta } = JSON.parse(await place.raw('Observation/late'));
  const ds4p = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition';
  const extension = [
    {
      url: `${ds4p}/extension-sec-label-basis`,
      valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIPAAConsentCD' },
    },
    { url: `${ds4p}/extension-sec-label-classifier`, valueReference: { reference: 'Device/labeller' } },
  ];
  expect(meta.security).toMatchObject([
    { code: 'R', extension },
    { code: 'HIV', extension },
  ]);
  expect(await sweep([], origin)).toBe(0);
  expect(told[0]).toMatch(/labelled: 0, left: 0$/);
  await expect(sweep([], { basis: 'HIPAA' })).rejects.toThrow('SYSTEM|CODE');
  await expect(sweep([], { classifier: 'the labeller' })).rejects.toThrow('TYPE/ID');
});

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkedConfig } from '../../../src/config/checked-config.ts';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { observation, patient } from '../../attacks/two-wards.ts';
import { exported, idsOf, POLICIES } from '../export/place.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

let first: Ward;
let second: Ward;
let running: Running;
let backend: Backend;
let bases: readonly [string, string, string];
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-further-'));

beforeAll(async () => {
  [first, second] = [await ward(), await ward()];
  await second.put({ ...patient('mine', 'Second'), generalPractitioner: [{ reference: 'Practitioner/doc' }] });
  for (const number of [7, 8, 9]) await second.put(observation(`second-${number}`, 'mine'));
  writeFileSync(path.join(home, 'policies.yaml'), JSON.stringify(POLICIES));
  const behind = (one: Ward) =>
    ({ url: one.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true }) as const;
  running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: behind(first),
      upstreams: [
        { name: 'second', ...behind(second) },
        { name: 'third', path: '/other/base', ...behind(second) },
      ],
      policies: { files: [path.join(home, 'policies.yaml')] },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  const { fhir } = running.urls;
  bases = [fhir, `${fhir}/second`, `${new URL(fhir).origin}/other/base`];
  backend = await registerBackend(running.urls.issuer, running.adminToken!);
});
afterAll(async () => {
  await running?.close();
  await Promise.all([first?.server.close(), second?.server.close()]);
});

const get = (url: string, token?: string) =>
  fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
const json = async (url: string, token?: string) => (await get(url, token)).json() as Promise<Record<string, unknown>>;

async function endpointOf(base: string): Promise<string> {
  return String((await json(`${base}/.well-known/smart-configuration`))['token_endpoint']);
}

async function tokenAt(base: string): Promise<string> {
  return backend.token('system/*.rs', { endpoint: await endpointOf(base) });
}

test('each base says of itself what it is', async () => {
  for (const base of bases) {
    const { origin, pathname } = new URL(base);
    expect(await json(`${origin}/.well-known/oauth-protected-resource${pathname}`)).toMatchObject({ resource: base });
    expect(JSON.stringify(await json(`${base}/metadata`))).toContain(`"url":"${base}"`);
    const challenge = (await get(`${base}/Patient/mine`)).headers.get('www-authenticate');
    expect(challenge).toContain(`/.well-known/oauth-protected-resource${pathname}"`);
    const smart = await json(`${base}/.well-known/smart-configuration`);
    expect(smart['issuer']).toBe(running.urls.issuer);
  }
  expect(new Set(await Promise.all(bases.map(endpointOf))).size).toBe(3);
});

test('a token is good at the base that it is for, and at no other', async () => {
  for (const base of bases) {
    const token = await tokenAt(base);
    for (const other of bases) {
      expect((await get(`${other}/Patient/mine`, token)).status, `${base} at ${other}`).toBe(other === base ? 200 : 401);
      expect((await get(`${other}/_export/8a0c4a6e-0000-4000-8000-000000000000`, token)).status).toBe(
        other === base ? 404 : 401,
      );
    }
  }
});

test('RFC 8707: resource names the base as well, and a base that is none of ours gets no token', async () => {
  const token = await backend.token('system/*.rs', { resource: bases[1] });
  expect((await get(`${bases[1]}/Patient/mine`, token)).status).toBe(200);
  await expect(backend.token('system/*.rs', { resource: `${bases[1]}/` })).rejects.toThrow('invalid_target');
  await expect(backend.token('system/*.rs', { resource: second.server.url })).rejects.toThrow('invalid_target');
});

test('data, links and references are of the base that was asked', async () => {
  const token = await tokenAt(bases[1]);
  const one = await json(`${bases[1]}/Patient/mine`, token);
  expect(JSON.stringify(one)).toContain('Second');
  const text = await (await get(`${bases[1]}/Observation?_count=2`, token)).text();
  expect(text).not.toContain(second.server.url);
  const bundle = JSON.parse(text);
  for (const { url } of bundle.link) expect(url.startsWith(`${bases[1]}/`)).toBe(true);
  for (const { fullUrl } of bundle.entry) expect(fullUrl.startsWith(`${bases[1]}/Observation/`)).toBe(true);
  const next = bundle.link.find(({ relation }: { relation: string }) => relation === 'next').url as string;
  expect((await get(next, token)).status).toBe(200);
  // A page link is for one base.
  const elsewhere = next.replace(bases[1], bases[2]);
  expect((await get(elsewhere, await tokenAt(bases[2]))).status).toBe(410);
  expect((await get(next.replace(bases[1], bases[0]), await tokenAt(bases[0]))).status).toBe(410);
});

test('an export is of one base', async () => {
  const token = await tokenAt(bases[1]);
  const { status, resources } = await exported(bases[1], '/Patient/$export?_type=Observation', token);
  expect(idsOf(resources['Observation'])).toContain('second-7');
  expect(status.startsWith(`${bases[1]}/_export/`)).toBe(true);
  const elsewhere = status.replace(bases[1], bases[2]);
  expect((await get(elsewhere, await tokenAt(bases[2]))).status).toBe(404);
});

test('records say which base it was, and a patient of one is nobody of another', async () => {
  for (const [at, base] of bases.entries()) {
    const token = await tokenAt(base);
    await fetch(`${base}/Patient/mine`, { headers: { authorization: `Bearer ${token}`, 'x-request-id': `base-${at}` } });
  }
  const folder = path.join(home, 'audit');
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n').slice(0, -1));
  const of = (id: string) => lines.map((line) => JSON.parse(line).record).find((record) => record?.requestId === id);
  expect(of('base-0')).toMatchObject({ patients: ['mine'], resources: ['Patient/mine'] });
  expect(of('base-0').base).toBeUndefined();
  for (const at of [1, 2] as const)
    expect(of(`base-${at}`)).toMatchObject({
      base: bases[at],
      patients: [`${bases[at]}/Patient/mine`],
      resources: [`${bases[at]}/Patient/mine`],
    });
});

test('what no base has is not there, and a type is not a base', async () => {
  const { origin } = new URL(bases[0]);
  for (const place of ['/other', '/other/bas', '/fhirs/Patient', '/'])
    expect((await get(origin + place)).status, place).toBe(404);
  expect((await get(`${bases[0]}/Second`, await tokenAt(bases[0]))).status).toBe(404);
});

test.each([
  [[{ name: 'Patient' }], 'upstreams.0.name'],
  [[{ name: 'a' }, { name: 'a' }], 'two have the same name or path'],
  [[{ name: 'a', path: '/fhir' }], 'two have the same name or path'],
  [[{ name: 'a', path: '/x/../fhir' }], 'upstreams.0.path'],
  [[{ name: 'metadata' }], '/metadata'],
  [[{ name: 'a', credentials: undefined }], 'upstreams.0.credentials'],
])('a configuration with %o is refused', (upstreams, words) => {
  const one = { url: 'http://127.0.0.1:1/fhir', credentials: { bearer: 'x' } };
  const document = { profile: 'development', upstream: one, upstreams: upstreams.map((more) => ({ ...one, ...more })) };
  expect(() => checkedConfig(document)).toThrow(words);
});

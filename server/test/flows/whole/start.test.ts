import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { request, statusOf } from '../../attacks/raw-socket.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from './backend.ts';

let place: Ward;
/** Between the gateway and the ward's server; slow when told. */
let corridor: OddUpstream;
let delay = 0;
let running: Running;
let backend: Backend;
const told: string[] = [];
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-whole-'));

beforeAll(async () => {
  place = await ward();
  corridor = await oddUpstream(async (request, response) => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const answer = await fetch(place.server.url.replace('/fhir', '') + request.url, {
      headers: { authorization: request.headers.authorization! },
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text());
  });
  running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: corridor.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: (line) => told.push(line) },
  );
  backend = await registerBackend(running.urls.issuer, running.adminToken!);
});
afterAll(async () => {
  await running?.close();
  await corridor?.close();
  await place?.server.close();
});

const get = (url: string, token?: string) =>
  fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

test('I10 what is weakened is said at the start', () => {
  expect(told).toContain('WEAKENED profile: development. Not for patient data.');
});

test('a backend service gets a token and reads what policy lets it', async () => {
  const token = await backend.token('system/Patient.rs');
  expect((await get(`${running.urls.fhir}/Patient/mine`, token)).status).toBe(200);
  expect((await get(`${running.urls.fhir}/Observation/mine-1`, token)).status).toBe(403);
});

test('R-001 a disabled client is refused on its next request', async () => {
  const other = await registerBackend(running.urls.issuer, running.adminToken!);
  const token = await other.token('system/*.rs');
  expect((await get(`${running.urls.fhir}/Patient/mine`, token)).status).toBe(200);
  const disabled = await fetch(`${running.urls.issuer}/admin/clients/${other.id}/disable`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.adminToken}` },
  });
  expect(disabled.status).toBe(200);
  expect((await get(`${running.urls.fhir}/Patient/mine`, token)).status).toBe(401);
});

test('discovery of both hosts agrees', async () => {
  const smart = (await (await get(`${running.urls.fhir}/.well-known/smart-configuration`)).json()) as {
    issuer: string;
    token_endpoint: string;
  };
  expect(smart.issuer).toBe(running.urls.issuer);
  const { origin, pathname } = new URL(running.urls.fhir);
  const resource = (await (await get(`${origin}/.well-known/oauth-protected-resource${pathname}`)).json()) as {
    resource: string;
    authorization_servers: string[];
  };
  expect(resource.resource).toBe(running.urls.fhir);
  expect(resource.authorization_servers).toEqual([running.urls.issuer]);
  const challenge = (await get(`${running.urls.fhir}/Patient/mine`)).headers.get('www-authenticate');
  expect(challenge).toBe(`Bearer realm="fhir", resource_metadata="${origin}/.well-known/oauth-protected-resource${pathname}"`);
  const capabilities = await (await get(`${running.urls.fhir}/metadata`)).text();
  expect(capabilities).toContain(`${running.urls.issuer}/authorize`);
  expect(capabilities).toContain(smart.token_endpoint);
});

test('health and readiness say no more than that', async () => {
  expect(await (await get(`${running.urls.issuer}/healthz`)).text()).toBe('{"status":"ok"}');
  expect(await (await get(`${running.urls.issuer}/readyz`)).text()).toBe('{"status":"ready"}');
  expect((await get(`${running.urls.fhir.replace('/fhir', '')}/healthz`)).status).toBe(404);
});

test('R-036 what the issuer has nothing for is answered in fixed words', async () => {
  const port = Number(new URL(running.urls.issuer).port);
  const host = `Host: localhost:${port}`;
  const long = 'a'.repeat(3000);
  const lines = [
    'GET /nonsense',
    'GET /%zz',
    'GET /console/../../etc/passwd',
    'POST /nonsense',
    'DELETE /authorize',
    'TRACE /',
    `GET /${long}`,
    'GET /interaction/nonsense',
    'PUT /token',
  ];
  for (const line of lines) {
    const answer = await request(port, `${line} HTTP/1.1`, [host, 'Content-Type: application/x-nonsense', 'Content-Length: 0']);
    expect(statusOf(answer), line).toBeGreaterThanOrEqual(400);
    expect(statusOf(answer), line).toBeLessThan(500);
    expect(answer, line).not.toMatch(
      /nonsense|fastify|statusCode|Route |oidc-provider|koa|x-powered-by|^server:|\bat .*\.ts:/im,
    );
  }
});

test('the pages answer to their own name only', async () => {
  const { port } = new URL(running.urls.issuer);
  expect((await get(`http://127.0.0.1:${port}/healthz`)).status).toBe(421);
});

test('R-008 every request can be found in the audit log by its id', async () => {
  const token = await backend.token('system/*.rs');
  await fetch(`${running.urls.fhir}/Patient/mine`, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'find-me' },
  });
  await running.audit.caughtUp();
  const { rows } = await running.audit.search({ count: 200 });
  const found = rows.filter(({ record }) => record['requestId'] === 'find-me');
  expect(found.length).toBe(1);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('a port in use is one clear line, and leaves nothing behind', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as { port: number };
  const config = defaultConfig({
    profile: 'development',
    home: mkdtempSync(path.join(tmpdir(), 'fireguard-whole-')),
    http: { pages: { port: 0 }, api: { port } },
    upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL } },
  });
  await expect(start(config, { storage: await testStorage(), tell: () => undefined })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use.`,
  );
  await new Promise((resolve) => blocker.close(resolve));
});

test('a stop finishes what is in work, takes nothing new, and is recorded', async () => {
  const token = await backend.token('system/*.rs');
  const url = `${running.urls.fhir}/Patient/mine`;
  delay = 300;
  const before = corridor.seen.length;
  const inWork = Array.from({ length: 20 }, () => get(url, token).then(({ status }) => status));
  while (corridor.seen.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 5));
  const began = performance.now();
  await running.close();
  expect(performance.now() - began).toBeLessThan(8_000);
  expect(new Set(await Promise.all(inWork))).toEqual(new Set([200]));
  await expect(get(url, token)).rejects.toThrow();
  const journal = readFileSync(path.join(home, 'audit', '00000001.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(JSON.parse(journal[1]!).record).toMatchObject({ kind: 'start', reason: expect.stringContaining('development') });
  expect(JSON.parse(journal.at(-1)!).record.kind).toBe('stop');
});

/**
 * A revoked token is refused by every node from the moment that the revocation is acknowledged (R-048, architecture §11), also by a node whose
 * notification line is cut: it then trusts nothing it remembers. Two gateways, two authorization servers, one PostgreSQL, real HTTP.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { type Running, start } from '../../../src/main.ts';
import { asSuperuser } from '../../../src/storage/managed.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

interface Node {
  readonly running: Running;
  /** Where it listens itself; the URLs that it names are the first node's. */
  readonly fhir: string;
  readonly issuer: string;
}

const home = mkdtempSync(path.join(tmpdir(), 'fireguard-nodes-'));
let place: Ward;
let database: TestDatabase;
let first: Node;
let second: Node;
let backend: Backend;

async function node(name: string, urls?: { readonly issuer: string; readonly fhir: string }): Promise<Node> {
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  const running = await start(
    defaultConfig({
      profile: 'development',
      home: path.join(home, name),
      http: {
        pages: { port: pages, ...(urls === undefined ? {} : { url: urls.issuer }) },
        api: { port: api, ...(urls === undefined ? {} : { url: urls.fhir }) },
      },
      upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      log: { level: 'error' },
    }),
    { storage: await database.open(name), tell: () => undefined },
  );
  return { running, fhir: `http://127.0.0.1:${api}/fhir`, issuer: `http://localhost:${pages}` };
}

beforeAll(async () => {
  [place, database] = await Promise.all([ward(), testDatabase()]);
  first = await node('first');
  second = await node('second', first.running.urls);
  backend = await registerBackend(first.running.urls.issuer, first.running.adminToken!);
});
afterAll(async () => {
  await second?.running.close();
  await first?.running.close();
  await place?.server.close();
  await database?.drop();
  rmSync(home, { recursive: true, force: true });
});

async function status(at: Node, token: string): Promise<number> {
  const answer = await fetch(`${at.fhir}/Patient/mine`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

/** Both have read it once, and so remember what it means. */
async function knownToken(): Promise<string> {
  const token = await backend.token('system/*.rs');
  for (const at of [first, second, first, second]) expect(await status(at, token)).toBe(200);
  return token;
}

const run = <T>(sql: string): Promise<readonly T[]> =>
  asSuperuser(database.host, database.database, (client) => client.query(sql)).then(({ rows }) => rows as T[]);

/** Connections that listen, by what they last said; of both nodes. */
const lines = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (query LIKE 'LISTEN %' OR query LIKE '%UPDATE node SET lease_until%' OR query LIKE '%INSERT INTO node%')`;

test('a revocation on one node holds on both when it is acknowledged, ten times over', async () => {
  for (let times = 0; times < 10; times += 1) {
    const token = await knownToken();
    expect((await backend.revoke(token, (times % 2 === 0 ? first : second).issuer)).status).toBe(200);
    expect(await Promise.all([status(first, token), status(second, token)])).toEqual([401, 401]);
  }
});

test('also when nothing reaches the other node: its line is cut, again and again, while both are asked without pause', async () => {
  let cutting = true;
  let cuts = 0;
  const cutter = (async () => {
    while (cutting) {
      cuts += (await run<{ pid: number }>(`SELECT pg_terminate_backend(pid) FROM (${lines}) AS line`)).length;
      await sleep(30);
    }
  })();
  try {
    for (let times = 0; times < 3; times += 1) {
      const token = await backend.token('system/*.rs');
      for (const at of [first, second]) expect(await status(at, token)).toBe(200);
      let acknowledged = false;
      const late: number[] = [];
      const asking = [first, second].map(async (at) => {
        for (let after = 0; after < 10; ) {
          const before = acknowledged;
          const got = await status(at, token);
          if (before) {
            after += 1;
            if (got !== 401) late.push(got);
          }
        }
      });
      expect((await backend.revoke(token, first.issuer)).status).toBe(200);
      acknowledged = true;
      await Promise.all(asking);
      expect(late).toEqual([]);
    }
  } finally {
    cutting = false;
    await cutter;
  }
  expect(cuts).toBeGreaterThan(3);
});

test('a disabled client is refused by both when that is acknowledged', async () => {
  const other = await registerBackend(first.running.urls.issuer, first.running.adminToken!);
  const token = await other.token('system/*.rs');
  for (const at of [first, second]) expect(await status(at, token)).toBe(200);
  const answer = await fetch(`${first.issuer}/admin/clients/${other.id}/disable`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first.running.adminToken}` },
  });
  expect(answer.status).toBe(200);
  expect(await Promise.all([status(first, token), status(second, token)])).toEqual([401, 401]);
});

test('R-112 a consent that Fireguard keeps holds on every node when it is acknowledged, and so does its end', async () => {
  const token = await knownToken();
  const admin = (method: string, target: string, body?: object) =>
    fetch(`${first.running.urls.issuer}/admin/consents${target}`, {
      method,
      headers: { authorization: `Bearer ${first.running.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const consent = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: 'Patient/mine' },
    provision: { type: 'deny' },
  };
  expect((await admin('PUT', '/opt-out', consent)).status).toBe(200);
  for (const at of [first, second]) expect(await status(at, token)).toBe(404);
  // R5, the next version, agrees again.
  const { scope: _scope, patient, provision: _provision, ...rest } = consent;
  expect((await admin('PUT', '/opt-out', { ...rest, subject: patient, decision: 'permit' })).status).toBe(200);
  for (const at of [first, second]) expect(await status(at, token)).toBe(200);
  expect((await admin('PUT', '/opt-out', consent)).status).toBe(200);
  expect((await admin('DELETE', '/opt-out')).status).toBe(200);
  for (const at of [first, second]) expect(await status(at, token)).toBe(200);
  // Nothing is lost, and what could not be read is refused at the door.
  const { versions } = (await (await admin('GET', '/opt-out')).json()) as {
    versions: { version: number; consent: object | null }[];
  };
  expect(versions.map(({ version, consent: text }) => [version, text === null])).toEqual([
    [4, true],
    [3, false],
    [2, false],
    [1, false],
  ]);
  expect((await admin('PUT', '/odd', { ...consent, decision: 'permit' })).status).toBe(422);
  expect((await admin('PUT', '/odd', { ...consent, patient: undefined })).status).toBe(422);
});

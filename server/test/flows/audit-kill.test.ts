// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how references are written in the configuration
/**
 * Issue "Foundation", what it must show 5: kill -9 during 1,000 concurrent requests. Every request whose answer a client received has its audit
 * record, the chain holds, the next start is clean. The real command, its own process, its own managed PostgreSQL, a home on disk.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyJournal } from '../../src/audit-log/verify.ts';
import { freePort } from '../../src/http/free-port.ts';
import { CREDENTIAL } from './gateway/kit.ts';
import { type Ward, ward } from './gateway/ward.ts';
import { webhookSink } from './notify/sinks.ts';
import { type Served, served } from './served.ts';
import { registerBackend } from './whole/backend.ts';

const REQUESTS = 1000;
const LAUNCHER = path.resolve(import.meta.dirname, '../../bin/fireguard.js');
const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-kill-'));
const home = path.join(folder, 'home');
const file = path.join(folder, 'fireguard.yaml');
let place: Ward;
let issuer: string;
let fhir: string;
let server: Served;
let office: Awaited<ReturnType<typeof webhookSink>>;
let syslog: number;

beforeAll(async () => {
  place = await ward();
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  [office, syslog] = [await webhookSink(), await freePort('127.0.0.1')];
  issuer = `http://localhost:${pages}`;
  fhir = `http://127.0.0.1:${api}/fhir`;
  const config = {
    profile: 'development',
    home,
    http: { pages: { port: pages }, api: { port: api } },
    log: { level: 'debug' },
    upstream: { url: place.server.url, credentials: { bearer: '${env:UPSTREAM}' }, dialect: 'demo', exclusive: true },
    audit: { checkpoints: { everySeconds: 1 } },
    notify: {
      targets: [
        { kind: 'webhook', name: 'office', topics: ['alert', 'checkpoint'], url: office.url, secret: 'a-secret-of-the-office' },
      ],
    },
    alerts: { rules: [{ id: 'each', description: 'Somebody did something.', when: {}, per: 'client', withinMinutes: 1 }] },
    feed: { syslogUdp: { host: '127.0.0.1', port: syslog, acceptFrom: ['127.0.0.1'] } },
  };
  writeFileSync(file, JSON.stringify(config));
  server = served(file, issuer);
});
afterAll(async () => {
  await server?.stop('SIGTERM');
  await place?.server.close();
  await office?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Request ids in the journal's complete lines, read without any code of ours. */
function recordedIds(): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const name of readdirSync(path.join(home, 'audit')).filter((one) => one.endsWith('.jsonl'))) {
    const text = readFileSync(path.join(home, 'audit', name), 'utf8');
    for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
      const { record } = JSON.parse(line) as { record?: { kind: string; requestId: string } };
      if (record?.kind === 'request') ids.set(record.requestId, (ids.get(record.requestId) ?? 0) + 1);
    }
  }
  return ids;
}

test('R-171 R-162 every answer that a client received has its record, the chain holds, the next start is clean', async () => {
  await server.launch();
  const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  const backend = await registerBackend(issuer, adminToken);
  const token = await backend.token('system/*.rs');
  const headers = { authorization: `Bearer ${token}` };
  const targets = [
    '/Patient/mine',
    '/Observation/other-1',
    '/Patient/none',
    '/Observation?_count=2',
    '/metadata',
    '/Patient?nonsense=1',
  ];

  const agent = new Agent({ connections: REQUESTS });
  const answered = new Set<string>();
  let killed: Promise<unknown> | undefined;
  await Promise.all(
    Array.from({ length: REQUESTS }, async (_, number) => {
      const id = `kill-${number}`;
      try {
        const answer = await request(fhir + targets[number % targets.length]!, {
          dispatcher: agent,
          headers: { ...headers, 'x-request-id': id },
        });
        // From the first byte on, the record must be there.
        answered.add(id);
        if (answered.size >= REQUESTS / 4) killed ??= server.stop('SIGKILL');
        await answer.body.dump();
      } catch {
        // Cut off: whether it was recorded is nobody's promise.
      }
    }),
  );
  await (killed ?? server.stop('SIGKILL'));
  await agent.destroy();

  expect(answered.size).toBeGreaterThanOrEqual(REQUESTS / 4);
  expect(answered.size, 'it was killed in the middle').toBeLessThan(REQUESTS);
  const recorded = recordedIds();
  expect([...answered].filter((id) => !recorded.has(id))).toEqual([]);
  expect(await verifyJournal(path.join(home, 'audit'))).toMatchObject({ ok: true });

  await server.launch();
  expect((await fetch(`${fhir}/Patient/mine`, { headers: { ...headers, 'x-request-id': 'after' } })).status).toBe(200);
  const after = recordedIds();
  expect([...recorded.keys()].filter((id) => !after.has(id))).toEqual([]);
  expect([...after].filter(([id, times]) => id.startsWith('kill-') && times !== 1)).toEqual([]);
  expect(await verifyJournal(path.join(home, 'audit'))).toMatchObject({ ok: true });
  expect(await server.stop('SIGTERM'), server.words()).toBe(0);
  expect(existsSync(path.join(home, 'postgresql', 'cluster', 'data', 'postmaster.pid')), 'PostgreSQL was stopped').toBe(false);
}, 120_000);

test('R-040 R-160 R-161 the logs of server and database, at their most talkative, and the notices hold no query, id, form, body, password or token', async () => {
  await server.launch();
  const marker = 'MARKER9d2e';
  const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  const backend = await registerBackend(issuer, adminToken);
  const token = await backend.token('system/*.rs');
  const authorization = `Bearer ${token}`;
  const form = new URLSearchParams({
    name: marker,
    username: marker,
    password: marker,
    code: marker,
    grant_type: 'authorization_code',
    client_id: marker,
  });
  const calls: (readonly [string, RequestInit])[] = [
    [`${fhir}/Patient?name=${marker}`, { headers: { authorization } }],
    [`${fhir}/Patient/${marker}`, { headers: { authorization } }],
    [`${fhir}/Patient/_search`, { method: 'POST', headers: { authorization }, body: form }],
    [`${fhir}/${marker}`, {}],
    [`${issuer}/${marker}`, {}],
    [`${issuer}/authorize?client_id=${marker}&redirect_uri=https://${marker}.example&state=${marker}`, { redirect: 'manual' }],
    [`${issuer}/token`, { method: 'POST', body: form }],
    [`${issuer}/introspect`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ token: marker }) }],
    [`${issuer}/revoke`, { method: 'POST', body: form }],
    [`${issuer}/admin/people?name=${marker}`, { headers: { authorization: `Bearer ${adminToken}` } }],
    [
      `${issuer}/admin/people`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ username: marker }),
      },
    ],
  ];
  const source = await registerBackend(issuer, adminToken, ['audit-source']);
  const fhirJson = { 'content-type': 'application/fhir+json' };
  const event = {
    resourceType: 'AuditEvent',
    type: { code: marker },
    recorded: '2026-11-25T10:00:00Z',
    agent: [{ who: { display: marker }, name: marker, requestor: true }],
    source: { observer: { display: marker } },
    entity: [{ what: { reference: `Patient/${marker}` }, name: marker }],
  };
  calls.push(
    [
      `${fhir}/Observation`,
      { method: 'POST', headers: { authorization, ...fhirJson }, body: `{"resourceType":"Observation","${marker}":1}` },
    ],
    [
      `${fhir}/AuditEvent`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${await source.token('system/AuditEvent.c')}`, ...fhirJson },
        body: JSON.stringify(event),
      },
    ],
    [`${fhir}/AuditEvent?date=ge2026-01-01&agent-name=${marker}`, { headers: { authorization } }],
    [`${issuer}/admin/disclosures?patient=${marker}`, { headers: { authorization: `Bearer ${adminToken}` } }],
    [`${issuer}/admin/audit?agent=${marker}`, { headers: { authorization: `Bearer ${adminToken}` } }],
  );
  for (const [url, init] of calls) await (await fetch(url, init)).arrayBuffer();
  const socket = createSocket('udp4');
  for (const text of [`<85>1 2026-01-01T00:00:00Z h a 1 IHE+RFC-3881 - <AuditMessage>${marker}`, marker])
    await new Promise((resolve) => socket.send(text, syslog, '127.0.0.1', resolve));
  socket.close();
  const received = async () =>
    (await (
      await fetch(`${issuer}/admin/audit?kind=received&limit=9`, { headers: { authorization: `Bearer ${adminToken}` } })
    ).json()) as { records: unknown[] };
  await expect.poll(async () => (await received()).records.length, { timeout: 10_000 }).toBe(3);
  await expect.poll(() => office.received.some(({ body }) => body.includes('"alert"')), { timeout: 10_000 }).toBe(true);
  expect(JSON.stringify(office.received)).not.toContain(marker);
  const database = path.join(home, 'postgresql', 'postgresql.log');
  expect(existsSync(database)).toBe(true);
  expect(readFileSync(database, 'utf8')).not.toContain(marker);
  expect(server.words()).toContain('search Patient');
  expect(server.words()).not.toContain(marker);
  for (const secret of [token, adminToken, CREDENTIAL]) expect(server.words()).not.toContain(secret);
  expect(await server.stop('SIGTERM')).toBe(0);
}, 60_000);

test('the launcher says what it can do, on whatever Node it was called', async () => {
  const launcher = spawn(process.execPath, [LAUNCHER, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  launcher.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const [code] = (await once(launcher, 'exit')) as [number];
  expect(code, text).toBe(0);
  expect(text).toContain('serve');
});

/** the trail goes on to other systems and comes from them: syslog over TLS, UDP, webhook, FHIR, OTLP, file; in order, at least once. */
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditDraft } from '../../../src/audit-log/audit-log.ts';
import { openAuditLog, type SearchableAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { feedSection } from '../../../src/feed/config.ts';
import { type Feed, listenSyslog } from '../../../src/feed/listen-syslog.ts';
import { forwardSection } from '../../../src/forward/config.ts';
import { type Forwarder, openForwarder } from '../../../src/forward/forwarder.ts';
import { freePort } from '../../../src/http/free-port.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { certificate } from '../certificates.ts';
import { webhookSink } from '../notify/sinks.ts';

const site = { observer: 'gateway-1', site: 'hospital', base: 'http://127.0.0.1:8081/fhir' };
async function testCertificates() {
  const root = await certificate('audit authority');
  const [server, client] = [await certificate('audit repository', root), await certificate('ward gateway', root)];
  return {
    authority: root.certificate,
    server: { cert: server.certificate, key: server.key },
    client: { cert: client.certificate, key: client.key },
  };
}

const folders: string[] = [];
const closing: (() => Promise<unknown>)[] = [];
let storage: Storage;
let log: SearchableAuditLog;

beforeEach(async () => {
  [storage, log] = await open();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<[Storage, SearchableAuditLog]> {
  const home = folder();
  const made = await testStorage();
  closing.push(() => made.close());
  const opened = await openAuditLog({ home, node: 'gateway-1', storage: made, site });
  closing.push(() => opened.close());
  return [made, opened];
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fireguard-forward-'));
  folders.push(made);
  return made;
}

function forwardTo(target: object): Forwarder {
  const { targets } = forwardSection.parse({ targets: [{ fromBeginning: true, ...target }] });
  const forwarder = openForwarder({ db: storage.db, log, targets, now: Date.now, tell: () => undefined, pause: 50 });
  closing.push(() => forwarder.close());
  return forwarder;
}

async function listen(to: SearchableAuditLog, settings: object): Promise<Feed> {
  const feed = await listenSyslog({ settings: feedSection.parse(settings), log: to, base: site.base, tell: () => undefined });
  closing.push(() => feed.close());
  return feed;
}

const act = (number: number): AuditDraft => ({
  ...({ kind: 'request', outcome: number % 3 === 0 ? 'deny' : 'permit', action: 'read', type: 'Observation' } as const),
  ...{ patients: [`p${number}`], resources: [`Observation/o${number}`], masked: [], withheld: 0, rules: ['r'] },
  caller: {
    kind: 'user',
    client: { id: 'app', name: 'App <&>' },
    user: { id: 'u1', name: 'Žofie "Z" O’Neil' },
    roles: ['nurse'],
    purposes: [],
  },
  address: '198.51.100.7',
  requestId: `r-${number}`,
});

async function write(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) await log.append(act(number));
  await log.caughtUp();
}

test('ITI-20 over TLS: what one server sends as syslog another takes, in order, also what was written while it was away', async () => {
  const { authority, server, client } = await testCertificates();
  const port = await freePort('127.0.0.1');
  const tls = { syslogTls: { host: '127.0.0.1', port, certificate: server.cert, key: server.key, clientAuthority: authority } };
  forwardTo({
    kind: 'syslog-tls',
    name: 'atna',
    host: '127.0.0.1',
    port,
    authority,
    certificate: client.cert,
    key: client.key,
  });
  await write(0, 5);
  const [, other] = await open();
  const first = await listen(other, tls);
  const patients = async () => {
    await other.caughtUp();
    const { rows } = await other.search({ kind: 'received', count: 1_000, descending: false });
    // Of one millisecond, the search knows no order; the chain does.
    const chained = rows.toSorted((one, two) => Number(one.sequence) - Number(two.sequence));
    return [...new Set(chained.flatMap(({ record }) => record['patients'] as string[]))];
  };
  const wanted = (count: number) => Array.from({ length: count }, (_one, number) => `p${number}`);
  await expect.poll(patients, { timeout: 10_000 }).toEqual(wanted(5));
  await first.close();
  await write(5, 20);
  await listen(other, tls);
  await expect.poll(patients, { timeout: 20_000 }).toEqual(wanted(20));
  const { rows } = await other.search({ kind: 'received', patient: 'p7' });
  const [event] = other.eventsOf(rows[0]!) as [Record<string, unknown>];
  expect(JSON.stringify(event)).toContain('Žofie \\"Z\\" O’Neil');
  expect(rows[0]!.record).toMatchObject({ caller: { client: { name: expect.any(String) } }, address: '127.0.0.1' });
}, 60_000);

test('who has no certificate, or sends no frames, is not heard; what is no audit message is recorded without its content', async () => {
  const { authority, server, client } = await testCertificates();
  const feed = await listen(log, {
    syslogTls: { host: '127.0.0.1', port: 0, certificate: server.cert, key: server.key, clientAuthority: authority },
  });
  const say = (bytes: string, credentials: object) =>
    new Promise<void>((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: feed.ports.tls!,
        ca: authority,
        servername: '',
        checkServerIdentity: () => undefined,
        ...credentials,
      });
      socket.on('secureConnect', () => socket.write(bytes));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      setTimeout(() => socket.end(), 300);
    });
  const message = `<85>1 2026-01-01T00:00:00Z h a 1 IHE+RFC-3881 - <AuditMessage/>MARKER`;
  await say(`${message.length} ${message}`, {});
  await log.caughtUp();
  expect((await log.search({ kind: 'received' })).rows).toHaveLength(0);
  await say(message, { cert: client.cert, key: client.key });
  await say('99999999 x', { cert: client.cert, key: client.key });
  await say(`${message.length} ${message}`, { cert: client.cert, key: client.key });
  await log.caughtUp();
  const { rows } = await log.search({ kind: 'received' });
  expect(rows.map(({ action }) => action)).toEqual(['audit-message-not-understood']);
  expect(JSON.stringify(rows)).not.toContain('MARKER');
});

const samples = join(import.meta.dirname, '../../../../../shared/data/audit/syslog');

test.skipIf(!existsSync(samples))(
  'published syslog messages arrive by UDP, from whom they are taken only (skipped without ../shared/data)',
  async () => {
    const feed = await listen(log, { syslogUdp: { host: '127.0.0.1', port: 0, acceptFrom: ['127.0.0.1'] } });
    const socket = createSocket('udp4');
    for (const name of ['testAuditMessage.txt', 'testAuditIHERFC3881.txt']) {
      const text = readFileSync(join(samples, name), 'utf8').replace(/\\?\s*$/, '');
      await new Promise((resolve) => socket.send(text, feed.ports.udp!, '127.0.0.1', resolve));
    }
    await expect
      .poll(async () => {
        await log.caughtUp();
        return (await log.search({ kind: 'received' })).rows.map(({ action }) => action);
      })
      .toEqual(['audit-event-received', 'audit-event-received']);
    socket.close();
  },
);

test('a webhook, an OTLP collector and a file get every event in order, also after they refused', async () => {
  const hook = await webhookSink();
  closing.push(() => hook.close());
  hook.state.status = 500;
  const file = join(folder(), 'events.ndjson');
  forwardTo({ kind: 'webhook', name: 'hook', url: hook.url, secret: 'a-secret-of-some-length' });
  forwardTo({ kind: 'file', name: 'file', path: file });
  await write(0, 3);
  await new Promise((resolve) => setTimeout(resolve, 300));
  hook.state.status = 200;
  await write(3, 6);
  const requests = () =>
    hook.received.flatMap(({ body }) =>
      (JSON.parse(body) as { events: { entity: { what: { identifier?: { value: string } } }[] }[] }).events.map(
        ({ entity }) => entity[0]!.what.identifier?.value,
      ),
    );
  await expect.poll(requests, { timeout: 10_000 }).toEqual(Array.from({ length: 6 }, (_one, number) => `r-${number}`));
  expect(hook.received[0]!.headers['fireguard-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  await expect.poll(() => readFileSync(file, 'utf8').trim().split('\n').length).toBe(6);
  const collector = await webhookSink();
  closing.push(() => collector.close());
  forwardTo({ kind: 'otlp', name: 'otlp', url: collector.url });
  await expect.poll(() => collector.received.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const logs = JSON.parse(collector.received[0]!.body) as {
    resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[];
  };
  expect(logs.resourceLogs[0]!.scopeLogs[0]!.logRecords).toHaveLength(6);
});

test('a forwarder that ends goes on where it was, and a new target begins now unless it wants all', async () => {
  const file = join(folder(), 'events.ndjson');
  const count = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0);
  await write(0, 3);
  await forwardTo({ kind: 'file', name: 'late', path: join(folder(), 'none'), fromBeginning: false }).close();
  const first = forwardTo({ kind: 'file', name: 'file', path: file });
  await expect.poll(count).toBe(3);
  await first.close();
  await write(3, 5);
  forwardTo({ kind: 'file', name: 'file', path: file });
  await expect.poll(count).toBe(5);
});

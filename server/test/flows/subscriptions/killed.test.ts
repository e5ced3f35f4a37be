// biome-ignore-all lint/suspicious/noExplicitAny: notifications are looked into as they came.
/**
 * the server is killed (SIGKILL, a process of its own, PostgreSQL stays) while it tells a subscriber of audit events: while it could not, while the subscriber has not answered
 * yet, and while requests are under way. Whatever a client was answered is told, in the order of the trail, at least once. Slow: it starts four times.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

const CONTENT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content';
const NODE = path.resolve(import.meta.dirname, '../nodes/node-process.ts');
const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-told-'));
const policies = {
  policySet: 'killed-subscription',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'services-read',
      description: 'Services read records.',
      effect: 'permit',
      caller: { kinds: ['system'], roles: ['backend-service'] },
      interactions: ['read'],
      resources: { categories: ['patient'] },
    },
    {
      id: 'readers-read-the-trail',
      description: 'Audit readers read the trail.',
      effect: 'permit',
      caller: { kinds: ['system'], roles: ['audit-reader'] },
      interactions: ['read', 'search'],
      resources: { types: ['AuditEvent'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
    },
  ],
};

let place: Ward;
let database: TestDatabase;
let config: ConfigInput;
let urls: { readonly issuer: string; readonly fhir: string };
let child: ChildProcess;
let ear: Server;
/** What the subscriber does with what it hears. `hold`: it has it, and does not answer. */
let mode: 'take' | 'refuse' | 'hold' = 'take';
let refusals = 0;
const heard: { readonly signature: string; readonly body: string }[] = [];

async function launch(): Promise<void> {
  const given = JSON.stringify({ config, node: 'told', host: database.host, database: database.database });
  child = spawn(process.execPath, ['--conditions=fireguard-source', NODE, given], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(child.stdout!, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the node ended with ${code}`))),
  ]);
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

beforeAll(async () => {
  writeFileSync(path.join(folder, 'policies.json'), JSON.stringify(policies));
  ear = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      if (mode === 'refuse') refusals += 1;
      else heard.push({ signature: String(request.headers['fireguard-signature']), body });
      if (mode !== 'hold') response.writeHead(mode === 'take' ? 200 : 503).end();
    });
  });
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
  [place, database] = await Promise.all([ward(), testDatabase()]);
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  urls = { issuer: `http://localhost:${pages}`, fhir: `http://127.0.0.1:${api}/fhir` };
  config = {
    profile: 'development',
    home: path.join(folder, 'home'),
    http: { pages: { port: pages }, api: { port: api } },
    upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
    policies: { files: [path.join(folder, 'policies.json')] },
    log: { level: 'error' },
  };
  await launch();
}, 120_000);
afterAll(async () => {
  await end('SIGTERM');
  ear?.closeAllConnections();
  ear?.close();
  await place?.server.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The looks that were told, each once, in the order in which they were first heard; and how often each was. */
function told(): { readonly looks: readonly string[]; readonly times: ReadonlyMap<string, number> } {
  const times = new Map<string, number>();
  for (const { body } of heard)
    for (const { resource } of JSON.parse(body).entry as any[]) {
      if (resource.resourceType !== 'AuditEvent') continue;
      const { what } = resource.entity.find(({ type }: any) => type.code === 'XrequestId');
      times.set(what.identifier.value, (times.get(what.identifier.value) ?? 0) + 1);
    }
  return { looks: [...times.keys()], times };
}

/** Of those requests, the ones that were answered; `each` hears of each. */
async function look(token: string, names: readonly string[], each: () => void = () => undefined): Promise<readonly string[]> {
  const answers = await Promise.all(
    names.map((name) =>
      fetch(`${urls.fhir}/Patient/mine`, { headers: { authorization: `Bearer ${token}`, 'x-request-id': name } })
        .then(async (answer) => {
          await answer.arrayBuffer();
          if (answer.status !== 200) return undefined;
          each();
          return name;
        })
        .catch(() => undefined),
    ),
  );
  return answers.filter((name) => name !== undefined);
}

async function subscribed(reader: Backend): Promise<string> {
  const { port } = ear.address() as AddressInfo;
  const answer = await fetch(`${urls.fhir}/_audit/Subscription`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await reader.token('system/AuditEvent.rs')}`,
      'content-type': 'application/fhir+json',
    },
    body: JSON.stringify({
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'The safety office watches',
      criteria: 'AuditEvent?action=R&patient=mine',
      channel: {
        type: 'rest-hook',
        endpoint: `http://127.0.0.1:${port}/told`,
        payload: 'application/fhir+json',
        _payload: { extension: [{ url: CONTENT, valueCode: 'full-resource' }] },
      },
    }),
  });
  const made = (await answer.json()) as any;
  expect(answer.status, JSON.stringify(made)).toBe(201);
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(1);
  return made.channel.extension[0].valueString as string;
}

test('R-158 whatever a client was answered is told at least once and in order, however often the server is killed', async () => {
  const adminToken = readFileSync(path.join(folder, 'home', 'admin-token'), 'utf8').trim();
  const service = await registerBackend(urls.issuer, adminToken);
  const secret = await subscribed(await registerBackend(urls.issuer, adminToken, ['audit-reader']));
  const token = await service.token('system/Patient.rs');
  const many = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}-${at}`);

  // It could not be told, and then there was nobody to tell it.
  mode = 'refuse';
  const refused = await look(token, many('refused', 3));
  expect(refused).toHaveLength(3);
  await expect.poll(() => refusals, { timeout: 30_000 }).toBeGreaterThan(0);
  await end('SIGKILL');
  mode = 'take';
  await launch();
  await expect.poll(() => told().looks.length, { timeout: 30_000 }).toBe(3);

  // It was told, and whether that arrived was never learnt.
  mode = 'hold';
  const held = await look(token, many('held', 1));
  await expect.poll(() => told().times.get('held-0'), { timeout: 30_000 }).toBe(1);
  await end('SIGKILL');
  mode = 'take';
  await launch();
  await expect.poll(() => told().times.get('held-0'), { timeout: 30_000 }).toBe(2);

  // It goes in the middle of everything.
  const asked = look(token, many('under-way', 200));
  await expect.poll(() => told().looks.some((name) => name.startsWith('under-way')), { timeout: 30_000 }).toBe(true);
  let later = 0;
  const more = look(token, many('later', 300), () => {
    later += 1;
  });
  await expect.poll(() => later, { timeout: 30_000, interval: 2 }).toBeGreaterThan(20);
  await end('SIGKILL');
  const answered = [...(await asked), ...(await more)];
  await launch();
  const last = await look(token, ['last']);
  await expect.poll(() => told().looks.at(-1), { timeout: 60_000 }).toBe('last');

  const { looks, times } = told();
  for (const name of [...refused, ...held, ...answered, ...last]) expect(times.get(name) ?? 0, name).toBeGreaterThan(0);
  // In the order of the trail: the numbers that the chain gave, not those of the answers.
  const position = new Map((await trail()).map((name, at) => [name, at]));
  expect(looks.every((name) => position.has(name))).toBe(true);
  const order = looks.map((name) => position.get(name)!);
  expect(order).toEqual([...order].sort((one, other) => one - other));
  for (const { signature, body } of heard) {
    const [, seconds, code] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!;
    expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(code);
  }
}, 240_000);

/** Request ids of all that is in the trail, in its order. */
async function trail(): Promise<readonly string[]> {
  const { db } = await database.open('looking');
  const rows = await db
    .selectFrom('audit_record')
    .select('record')
    .where('node', 'like', 'told/%')
    .orderBy('sequence')
    .execute();
  return rows.map(({ record }) => String(record['requestId']));
}

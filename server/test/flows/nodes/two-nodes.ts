/** Two whole servers on one PostgreSQL, the second in a process of its own where it is to be stopped; a service and a physician whose tokens both know. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultConfig } from '../../../src/config/default-config.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { type Running, start } from '../../../src/main.ts';
import { asSuperuser } from '../../../src/storage/managed.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';
import { newBrowser } from '../authorization/browser.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

/** Where a node listens itself; the URLs that it names are the first node's. */
export interface Node {
  readonly fhir: string;
  readonly issuer: string;
}

export interface PersonToken {
  readonly person: string;
  readonly client: string;
  readonly access: string;
  readonly refresh: string;
}

export interface TwoNodes {
  readonly first: Node;
  readonly second: Node;
  /** Of the second, where it is a process of its own. */
  readonly process: ChildProcess | undefined;
  readonly backend: Backend;
  newBackend(): Promise<Backend>;
  /** A physician, new, who signed in to an app, new, at the first node. */
  personToken(): Promise<PersonToken>;
  /** To the admin API of the first node. */
  administer(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  status(at: Node, token: string): Promise<number>;
  /** Ends every connection that hears of changes, of both nodes; how many. */
  cutLines(): Promise<number>;
  close(): Promise<void>;
}

const REDIRECT = 'http://127.0.0.1:9/callback';
const VERIFIER = 'v'.repeat(43);
// S256 of it.
const CHALLENGE = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(VERIFIER))).toString('base64url');

/** `more`: configuration of both beside the usual. */
export async function startTwoNodes({
  apart = false,
  more = {},
}: {
  readonly apart?: boolean;
  readonly more?: Partial<ConfigInput>;
} = {}): Promise<TwoNodes> {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-nodes-'));
  const [place, database] = await Promise.all([ward(), testDatabase()]);
  const one = await configOf(home, place, 'first', more);
  const running = await start(defaultConfig(one.config), { storage: await database.open('first'), tell: () => undefined });
  const two = await configOf(home, place, 'second', more, running.urls);
  const other = apart ? await spawned(two.config, database) : await started(two.config, database);
  const administer = administration(one.node.issuer, running.adminToken ?? '');
  const newBackend = () => registerBackend(running.urls.issuer, running.adminToken ?? '');
  return {
    first: one.node,
    second: two.node,
    process: other.process,
    backend: await newBackend(),
    newBackend,
    administer,
    personToken: () => personToken(running.urls, administer),
    async status(at, token) {
      const answer = await fetch(`${at.fhir}/Patient/mine`, { headers: { authorization: `Bearer ${token}` } });
      await answer.arrayBuffer();
      return answer.status;
    },
    cutLines: () => cutLines(database),
    async close() {
      await other.close();
      await running.close();
      await place.server.close();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function configOf(home: string, place: Ward, name: string, more: Partial<ConfigInput>, urls?: Running['urls']) {
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  const config = {
    profile: 'development',
    home: path.join(home, name),
    http: {
      pages: { port: pages, ...(urls === undefined ? {} : { url: urls.issuer }) },
      api: { port: api, ...(urls === undefined ? {} : { url: urls.fhir }) },
    },
    upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
    log: { level: 'error' },
    ...more,
  } satisfies ConfigInput;
  return { config, node: { fhir: `http://127.0.0.1:${api}/fhir`, issuer: `http://localhost:${pages}` } };
}

async function started(config: ConfigInput, database: TestDatabase) {
  const running = await start(defaultConfig(config), { storage: await database.open('second'), tell: () => undefined });
  return { process: undefined, close: () => running.close() };
}

async function spawned(config: ConfigInput, { host, database }: TestDatabase) {
  const main = path.join(import.meta.dirname, 'node-process.ts');
  const given = JSON.stringify({ config, node: 'second', host, database });
  const child = spawn(process.execPath, ['--conditions=fireguard-source', main, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the node ended with ${code}`))),
  ]);
  return {
    process: child,
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function administration(issuer: string, token: string): TwoNodes['administer'] {
  return async (method, where, body) => {
    const answer = await fetch(`${issuer}/admin${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
}

async function personToken(urls: Running['urls'], administer: TwoNodes['administer']): Promise<PersonToken> {
  const [username, password, client] = [
    `doc-${randomUUID().slice(0, 8)}`,
    `a long one ${randomUUID()}`,
    `app-${randomUUID().slice(0, 8)}`,
  ];
  const who = { username, name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc', password };
  const { id } = await administer('POST', '/people', who);
  const scope = 'openid offline_access user/*.rs';
  await administer('POST', '/clients', { id: client, name: 'An App', kind: 'public', redirectUris: [REDIRECT], scope });
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: REDIRECT,
    scope,
    state: 's'.repeat(22),
    aud: urls.fhir,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  const browser = newBrowser(urls.issuer);
  const page = await browser.submit(await browser.open(`${urls.issuer}/authorize?${query}`), '/sign-in', {
    username,
    password,
  });
  const { url } = await browser.submit(page, '/consent', { decision: 'allow', duration: 'stay' });
  const answer = await fetch(`${urls.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(url).searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      client_id: client,
    }),
  });
  const { access_token: access, refresh_token: refresh } = (await answer.json()) as Record<string, string>;
  if (access === undefined || refresh === undefined) throw new Error(`no tokens: ${answer.status}`);
  return { person: String(id), client, access, refresh };
}

/** Connections that listen are known by what they last said. */
async function cutLines({ host, database }: TestDatabase): Promise<number> {
  const lines = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (query LIKE 'LISTEN %' OR query LIKE '%UPDATE node SET lease_until%' OR query LIKE '%INSERT INTO node%')`;
  return asSuperuser(host, database, async (client) => {
    const { rows } = await client.query(`SELECT pg_terminate_backend(pid) FROM (${lines}) AS line`);
    return rows.length;
  });
}

/** Cuts the lines, and again and again while `work` is done. */
export async function whileCut(nodes: TwoNodes, work: () => Promise<void>): Promise<void> {
  let cutting = true;
  // A line that is just being made again is not found, and short work would be done by then.
  while ((await nodes.cutLines()) === 0);
  const cutter = (async () => {
    while (cutting) {
      await nodes.cutLines();
      await sleep(30);
    }
  })();
  try {
    await work();
  } finally {
    cutting = false;
    await cutter;
  }
}

/** Both nodes are asked without pause while `end` is done; every answer to a question that was put after its acknowledgement, and was not 401. */
export async function lateAnswers(nodes: TwoNodes, token: string, end: () => Promise<unknown>): Promise<readonly number[]> {
  let acknowledged = false;
  const late: number[] = [];
  const asking = [nodes.first, nodes.second].map(async (at) => {
    for (let after = 0; after < 10; ) {
      const before = acknowledged;
      const got = await nodes.status(at, token);
      if (!before) continue;
      after += 1;
      if (got !== 401) late.push(got);
    }
  });
  await end();
  acknowledged = true;
  await Promise.all(asking);
  return late;
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how references are written in the configuration
/** An export survives `kill -9` of its server: the real command with its own PostgreSQL, a slow upstream, and a second start that goes on where the first ended. Two starts and a claim that must lapse take their time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../src/http/free-port.ts';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type Served, served } from '../served.ts';
import { registerBackend } from '../whole/backend.ts';
import { idsOf, kickOff, type Manifest, POLICIES, settled } from './place.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-export-kill-'));
const home = path.join(folder, 'home');
const file = path.join(folder, 'fireguard.yaml');
let place: Ward;
let corridor: OddUpstream;
let slow = true;
let issuer: string;
let fhir: string;
let server: Served;

beforeAll(async () => {
  place = await ward();
  corridor = await oddUpstream(async (request, response) => {
    if (slow) await new Promise((resolve) => setTimeout(resolve, 100));
    const body = request.method === 'POST' ? { body: corridor.seen.at(-1)!.body } : {};
    const answer = await fetch(place.server.url.replace('/fhir', '') + request.url, {
      method: request.method!,
      headers: {
        authorization: request.headers.authorization!,
        ...(request.headers['content-type'] === undefined ? {} : { 'content-type': request.headers['content-type'] }),
      },
      ...body,
    });
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      .end((await answer.text()).replaceAll(place.server.url, corridor.url));
  });
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  issuer = `http://localhost:${pages}`;
  fhir = `http://127.0.0.1:${api}/fhir`;
  server = served(file, issuer);
  writeFileSync(path.join(folder, 'policies.yaml'), JSON.stringify(POLICIES));
  writeFileSync(
    file,
    JSON.stringify({
      profile: 'development',
      home,
      http: { pages: { port: pages }, api: { port: api } },
      policies: { files: ['policies.yaml'] },
      upstream: { url: corridor.url, credentials: { bearer: '${env:UPSTREAM}' }, dialect: 'demo', exclusive: true },
    }),
  );
});
afterAll(async () => {
  await server?.stop('SIGTERM');
  await corridor?.close();
  await place?.server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Beside an answer that did not come stands why: a server that ended says more than a refused connection. */
async function orItsWords<T>(asking: Promise<T>): Promise<T> {
  return asking.catch((error: unknown) => {
    throw new Error(`the server said ${server.words()}`, { cause: error });
  });
}

test('an export goes on after kill -9, and nothing of it is lost or told twice', { timeout: 240_000 }, () =>
  orItsWords(killAndGoOn()),
);

async function killAndGoOn(): Promise<void> {
  await server.launch();
  const admin = (await readFile(path.join(home, 'admin-token'), 'utf8')).trim();
  const backend = await registerBackend(issuer, admin);
  const token = await backend.token('system/*.rs');
  const accepted = await kickOff(fhir, '/Patient/$export', token);
  const status = accepted.headers.get('content-location')!;
  const progress = async (): Promise<string | null> =>
    (await fetch(status, { headers: { authorization: `Bearer ${token}` } })).headers.get('x-progress');
  while (!/^([5-9]|1\d) of/.test((await progress()) ?? '')) await new Promise((resolve) => setTimeout(resolve, 50));
  await server.stop('SIGKILL');
  const before = corridor.seen.length;
  slow = false;
  await server.launch();
  const done = await settled(status, token);
  expect(done.status).toBe(200);
  expect(corridor.seen.length - before).toBeLessThan(200);
  const { output } = (await done.json()) as Manifest;
  const ids: Record<string, string[]> = {};
  for (const { type, url } of output) {
    const text = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text();
    ids[type] = idsOf(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  }
  expect(ids).toEqual({
    Observation: ['mine-1', 'mine-2', 'mine-3', 'other-1', 'other-2', 'other-3'],
    Patient: ['mine', 'other'],
  });
}

/**
 * Fireguard as it runs for a user, in a process of its own: managed PostgreSQL, default policies, token check, durable audit. One physician who cares
 * for all patients of the canned upstream; the token comes through the real sign-in. Prints `{ port, token, postgres }` when ready.
 */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { start } from 'fireguard';
import { defaultConfig } from 'fireguard/config';
import { benchPatients } from './cases.ts';

const [, , home, upstream] = process.argv as unknown as [string, string, string, string];

const running = await start(
  defaultConfig({
    profile: 'development',
    home,
    http: { pages: { host: 'localhost', port: 0 }, api: { host: '127.0.0.1', port: 0 } },
    upstream: { url: upstream, dialect: 'demo', exclusive: true, acceptUpstreamWithoutCredentials: true },
    facts: { cacheSeconds: 3600 },
  }),
  { tell: () => undefined },
);

const admin = async (method: string, where: string, body: object): Promise<{ id: string }> => {
  const answer = await fetch(`${running.urls.issuer}/admin${where}`, {
    method,
    headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string };
};

const persona = {
  name: 'bench',
  username: 'bench',
  password: 'four-quiet-herons-9',
  roles: ['physician'],
  fhirUser: 'Practitioner/bench',
};
const person = await admin('POST', '/people', { ...persona, name: 'Dr Bench' });
await admin('PUT', `/people/${person.id}/relations`, {
  relations: benchPatients.map((patient) => ({ relation: 'general-practitioner', patient })),
});
const client = {
  client_id: 'bench-app',
  kind: 'public',
  redirect_uris: ['http://127.0.0.1:8999/callback'],
  scope: 'user/*.rs',
};
await admin('POST', '/clients', {
  id: client.client_id,
  name: 'Bench',
  kind: 'public',
  redirectUris: client.redirect_uris,
  scope: client.scope,
});

const state = path.join(home, 'state.json');
const { fhir, issuer } = running.urls;
writeFileSync(
  state,
  JSON.stringify({
    fhir,
    issuer,
    admin: { url: `${issuer}/admin`, token: running.adminToken },
    console: issuer,
    upstream: { url: upstream, authorization: '' },
    personas: [persona],
    clients: [client],
  }),
);
const cli = path.resolve(import.meta.dirname, '../server/bin/fireguard.js');
const { stdout } = await promisify(execFile)(process.execPath, [
  cli,
  'token',
  '--issuer',
  issuer,
  '--persona',
  'bench',
  '--scope',
  'user/*.rs',
  '--state',
  state,
]);

const postgres = Number(
  readFileSync(path.join(home, 'postgresql', 'cluster', 'data', 'postmaster.pid'), 'utf8').split('\n')[0],
);
// For `npm run bench -- audit` alone: the same gateway without its audit, to see what the audit costs. No configuration can do this.
const [mode, profiles] = process.argv.slice(4);
if (mode === 'without-audit') running.audit.append = async (draft) => ({ id: randomUUID(), recorded: Date.now(), ...draft });

console.log(JSON.stringify({ port: Number(new URL(fhir).port), token: stdout.trim().split('\n').at(-1), postgres }));

const session = new Session();
if (mode === 'profiled') {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
}

// Asked before what is measured must not find work that was left behind.
process.on('message', async () => {
  await running.audit.caughtUp(120_000);
  process.send!('caught-up');
});

process.on('disconnect', async () => {
  if (mode === 'profiled') {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(profiles!, JSON.stringify(profile));
  }
  await running.close();
  process.exit(0);
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../../../src/main.ts';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { type ExportPlace, exportPlace, kickOff, type Manifest, settled } from './place.ts';

let behind: Ward;
let corridor: OddUpstream;
let place: ExportPlace;
let running: Running;
let base: string;
/** Milliseconds that every answer of the upstream takes; undefined = it does not answer at all. */
let delay: number | undefined = 0;

beforeAll(async () => {
  behind = await ward();
  corridor = await oddUpstream(async (request, response) => {
    const { body } = corridor.seen.at(-1)!;
    if (delay === undefined) return void response.writeHead(503).end();
    await new Promise((resolve) => setTimeout(resolve, delay));
    const type = request.headers['content-type'];
    const answer = await fetch(behind.server.url.replace('/fhir', '') + request.url, {
      method: request.method!,
      headers: { authorization: `Bearer ${CREDENTIAL}`, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(request.method === 'POST' ? { body } : {}),
    });
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      .end((await answer.text()).replaceAll(behind.server.url, corridor.url));
  });
  place = await exportPlace(
    { upstream: { url: corridor.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo' }, export: { jobsPerClient: 2 } },
    behind,
  );
  ({ running } = place);
  base = running.urls.fhir;
});
afterAll(async () => {
  await place?.close();
  await corridor?.close();
  await behind?.server.close();
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const admin = (what: string) =>
  fetch(`${running.urls.issuer}/admin/${what}`, { method: 'POST', headers: { authorization: `Bearer ${running.adminToken}` } });

test('a client has so many exports in work and no more', async () => {
  const token = await place.backend.token('system/*.rs');
  delay = 200;
  const begun = [await kickOff(base, '/$export', token), await kickOff(base, '/$export', token)];
  expect(begun.map(({ status }) => status)).toEqual([202, 202]);
  expect((await kickOff(base, '/$export', token)).status).toBe(429);
  const other = await (await place.register()).token('system/*.rs');
  const theirs = await kickOff(base, '/Patient/$export?_type=Patient', other);
  expect(theirs.status).toBe(202);
  const waiting = await fetch(begun[0]!.headers.get('content-location')!, bearer(token));
  expect(waiting.status).toBe(202);
  expect(waiting.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(waiting.headers.get('x-progress')).toMatch(/^planning$|^\d+ of \d+ searches done$/);
  for (const one of begun)
    expect((await fetch(one.headers.get('content-location')!, { ...bearer(token), method: 'DELETE' })).status).toBe(202);
  delay = 0;
  expect((await settled(theirs.headers.get('content-location')!, other)).status).toBe(200);
});

test.each(['disabled', 'revoked'])('an export in work ends when its client is %s', async (how) => {
  const client = await place.register();
  const token = await client.token('system/*.rs');
  const second = await client.token('system/*.rs');
  delay = 100;
  const accepted = await kickOff(base, '/$export', token);
  expect(accepted.status).toBe(202);
  if (how === 'disabled') expect((await admin(`clients/${client.id}/disable`)).status).toBe(200);
  else expect((await client.revoke(token)).status).toBe(200);
  const id = accepted.headers.get('content-location')!.split('/').at(-1)!;
  const state = async () =>
    (await running.storage.db.selectFrom('export_job').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;
  for (let tries = 0; (await state()) === 'running' && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  delay = 0;
  expect(await state()).toBe('failed');
  const kept = await running.storage.db.selectFrom('export_resource').selectAll().where('job_id', '=', id).execute();
  expect(kept).toEqual([]);
  const told = await fetch(accepted.headers.get('content-location')!, bearer(second));
  expect(told.status).toBe(how === 'disabled' ? 401 : 410);
});

test('an upstream that is away for a moment is waited for', async () => {
  const token = await place.backend.token('system/*.rs');
  delay = 50;
  const accepted = await kickOff(base, '/Patient/$export?_type=Patient,Observation', token);
  delay = undefined;
  await new Promise((resolve) => setTimeout(resolve, 300));
  delay = 0;
  expect((await settled(accepted.headers.get('content-location')!, token)).status).toBe(200);
});

test('a file breaks off, rather than end early, when its client is disabled or the upstream fails on the way', async () => {
  for (let at = 0; at < 450; at++)
    await behind.put({ resourceType: 'Organization', id: `o-${at}`, name: 'An organization'.repeat(20) });
  const client = await place.register();
  const token = await client.token('system/*.rs');
  const accepted = await kickOff(base, '/$export?_type=Organization', token);
  const done = await settled(accepted.headers.get('content-location')!, token);
  const [file] = ((await done.json()) as Manifest).output;
  delay = 300;
  const answer = await fetch(file!.url, bearer(token));
  expect(answer.status).toBe(200);
  await admin(`clients/${client.id}/disable`);
  await expect(answer.text()).rejects.toThrow();
  delay = 0;
});

test('R-156 kick-off, status, each handful of lines and deletion have their records, lines before they leave', async () => {
  const token = await place.backend.token('system/*.rs');
  const accepted = await kickOff(base, '/Patient/$export?_type=Observation', token);
  const status = accepted.headers.get('content-location')!;
  const done = await settled(status, token);
  const [file] = ((await done.json()) as Manifest).output;
  const answer = await fetch(file!.url, { headers: { authorization: `Bearer ${token}`, 'x-request-id': 'the-file' } });
  await answer.text();
  const lines = readdirSync(path.join(place.home, 'audit'))
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) =>
      readFileSync(path.join(place.home, 'audit', name), 'utf8')
        .split('\n')
        .slice(0, -1),
    );
  const records = lines.map((line) => JSON.parse(line).record).filter((one) => one !== undefined);
  expect(records.find(({ requestId }) => requestId === 'the-file')).toMatchObject({
    action: 'export-file',
    outcome: 'permit',
    patients: expect.arrayContaining(['mine', 'other']),
    resources: expect.arrayContaining(['Observation/mine-1']),
  });
  expect(records.filter(({ action }) => action === 'export-status').length).toBeGreaterThan(0);
  expect(records.find(({ action, status }) => action === 'operation' && status === 202)).toBeDefined();
  expect((await fetch(status, { ...bearer(token), method: 'DELETE' })).status).toBe(202);
});

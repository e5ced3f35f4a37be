/** How an administrator helps people with what they prove themselves with, by admin API and command line, each holding at once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { factorsOf, insertFactor } from '../../../src/storage/factors.ts';
import { fireguard } from '../cli/kit.ts';
import { type House, type HouseClient, house } from './house.ts';

let it: House;
let id: string;
const first = 'correct horse battery';
const app: HouseClient = {
  client_id: 'ward-app',
  kind: 'public',
  redirect_uris: ['https://app.example/back'],
  scope: 'user/*.rs',
};
const signIn = (password: string) => it.token('doc', password, app, 'user/*.rs');
const cli = (args: readonly string[], input?: string) =>
  fireguard([...args, '--home', it.home], input === undefined ? undefined : { input });

beforeAll(async () => {
  it = await house();
  const client = { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris: app.redirect_uris, scope: app.scope };
  await it.call('POST', '/admin/clients', client);
  const doctor = { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc', password: first };
  id = (await it.call('POST', '/admin/people', doctor)).body.id;
}, 120_000);
afterAll(() => it?.close());

test('R-048 another password ends what the old one opened; a weak one is refused in words; neither is recorded', async () => {
  const token = await signIn(first);
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(200);
  const weak = await it.call('POST', `/admin/people/${id}/password`, { password: 'doc' });
  expect([weak.status, weak.body.error_description]).toEqual([400, 'The password is shorter than 8 characters.']);
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(200);

  const made = (await it.call('POST', `/admin/people/${id}/password`, {})).body.password as string;
  expect(made.length).toBeGreaterThanOrEqual(20);
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  await expect(signIn(first)).rejects.toThrow(/cannot sign in/);
  await signIn(made);

  const set = await cli(['user', 'set-password', 'doc', '--password-stdin'], 'seven quiet lakes\n');
  expect(set).toMatchObject({ status: 0, err: '' });
  await signIn('seven quiet lakes');
  const records = JSON.stringify(await it.records());
  for (const secret of [made, 'quiet lakes']) expect(records).not.toContain(secret);
  expect(records).toContain('user-password-set');
}, 60_000);

test('R-048 second factors are forgotten, with the sessions that they opened', async () => {
  const { db } = it.running.storage;
  await insertFactor(db, { id: randomUUID(), person_id: id, kind: 'totp', name: 'app', secret: 'sealed' });
  await expect(signIn('seven quiet lakes')).rejects.toThrow(/second step/);
  expect(await cli(['user', 'reset-factors', 'doc'])).toMatchObject({ status: 0, err: '' });
  expect(await factorsOf(db, id)).toEqual([]);
  await signIn('seven quiet lakes');
}, 60_000);

test('an identity elsewhere belongs to one person, and goes with them', async () => {
  const identity = { issuer: 'https://id.hospital.example', subject: '4711' };
  const link = await cli(['user', 'link', 'doc', '--issuer', identity.issuer, '--subject', identity.subject]);
  expect(link).toMatchObject({ status: 0, err: '' });
  expect((await it.call('POST', `/admin/people/${id}/external-identities`, identity)).status).toBe(409);
  expect((await it.call('DELETE', `/admin/people/${id}`)).status).toBe(200);
  const left = await it.running.storage.db.selectFrom('external_identity').selectAll().execute();
  expect(left).toEqual([]);
}, 60_000);

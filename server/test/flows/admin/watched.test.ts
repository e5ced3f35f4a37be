/** what the offices are told without having looked: a clock that is wrong, and somebody who opens unusually many records. With the rules that come along. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { timeServer } from '../audit-log/time-server.ts';
import { type House, type HouseClient, house } from './house.ts';

const app: HouseClient = {
  client_id: 'ward-app',
  kind: 'public',
  redirect_uris: ['https://app.example/back'],
  scope: 'user/*.cruds',
};

let it: House;
let clock: Awaited<ReturnType<typeof timeServer>>;

beforeAll(async () => {
  clock = await timeServer(() => 90_000);
  it = await house(mkdtempSync(path.join(tmpdir(), 'fireguard-watched-')), { audit: { clock: { server: clock.at } } });
}, 120_000);
afterAll(async () => {
  await it?.close();
  clock?.close();
});

test('R-239 the status says how far the clock is off, and a clock beyond the tolerance is put on record', async () => {
  const status = async () => (await it.call('GET', '/admin/status')).body.clock;
  await expect.poll(async () => (await status()).state, { timeout: 10_000 }).toBe('wrong');
  // Between two clocks of one machine: what is left is the way there and back.
  const { offsetMilliseconds } = await status();
  expect(Math.abs(offsetMilliseconds - 90_000)).toBeLessThan(30_000);
  const records = (await it.records()).filter(({ action }) => action === 'clock-skewed');
  expect(records).toMatchObject([{ outcome: 'failure', reason: expect.stringContaining('milliseconds') }]);
  expect((await it.call('GET', '/admin/status', undefined, null)).status).toBe(401);
});

test('R-255 who opens a hundred records within an hour shows, and who opens a few does not', async () => {
  await it.call('POST', '/admin/clients', {
    id: app.client_id,
    name: 'Ward app',
    kind: 'public',
    redirectUris: app.redirect_uris,
    scope: app.scope,
  });
  const person = { roles: ['physician'], password: 'a long password' };
  for (const [username, name] of [
    ['doc', 'Dr Adebayo'],
    ['curious', 'Dr Curious'],
  ])
    await it.call('POST', '/admin/people', { ...person, username, name, fhirUser: `Practitioner/${username}` });
  const generalPractitioner = [{ reference: 'Practitioner/curious' }];
  const many = Array.from({ length: 100 }, (_, n) => ({ resourceType: 'Patient', id: `p-${n}`, generalPractitioner }));
  await Promise.all(many.map(it.put));
  const [doctor, curious] = [
    await it.token('doc', 'a long password', app, 'user/*.rs'),
    await it.token('curious', 'a long password', app, 'user/*.rs'),
  ];
  for (let n = 0; n < 3; n += 1) expect(await it.fhirStatus('/Patient/mine', doctor)).toBe(200);
  expect(await it.fhirStatus('/Patient?_count=99', curious)).toBe(200);
  expect(await it.fhirStatus('/Patient?_count=100', curious)).toBe(200);
  const alerts = async () => (await it.call('GET', '/admin/alerts')).body.alerts;
  await expect.poll(async () => (await alerts()).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const found = await alerts();
  expect(found).toMatchObject([{ rule: 'many-patients', doer: { name: 'Dr Curious' } }]);
  expect(found[0].count).toBeGreaterThanOrEqual(100);
  expect(JSON.stringify(found)).not.toMatch(/p-\d/);
});

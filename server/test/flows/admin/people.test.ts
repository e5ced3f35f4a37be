import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminScope, consoleClient, type House, type HouseClient, house } from './house.ts';

let it: House;
let app: HouseClient;
beforeAll(async () => {
  it = await house();
  const redirect = 'https://app.example/back';
  app = { client_id: 'ward-app', kind: 'public', redirect_uris: [redirect], scope: 'user/*.rs' };
  expect(
    (
      await it.call('POST', '/admin/clients', {
        id: 'ward-app',
        name: 'Ward app',
        kind: 'public',
        redirectUris: [redirect],
        scope: 'user/*.rs',
      })
    ).status,
  ).toBe(201);
});
afterAll(() => it?.close());

const doctor = {
  username: 'doc',
  name: 'Dr Adebayo',
  roles: ['physician'],
  fhirUser: 'Practitioner/doc',
  password: 'correct horse battery',
};

async function add(username: string): Promise<{ id: string; token: string }> {
  const { body } = await it.call('POST', '/admin/people', { ...doctor, username });
  return { id: body.id, token: await it.token(username, doctor.password, app, 'user/*.rs') };
}

test('R-001 a person is added, disabled, enabled and removed, each effective on the next request', async () => {
  const { id, token } = await add('doc1');
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(200);

  expect((await it.call('POST', `/admin/people/${id}/disable`)).body.disabled).toBe(true);
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  await expect(it.token('doc1', doctor.password, app, 'user/*.rs')).rejects.toThrow(/cannot sign in/);

  expect((await it.call('POST', `/admin/people/${id}/enable`)).body.disabled).toBe(false);
  // What ended stays ended: enabling lets sign in, it revives nothing.
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  const again = await it.token('doc1', doctor.password, app, 'user/*.rs');
  expect(await it.fhirStatus('/Patient/mine', again)).toBe(200);

  expect((await it.call('DELETE', `/admin/people/${id}`)).status).toBe(200);
  expect(await it.fhirStatus('/Patient/mine', again)).toBe(401);
  expect((await it.call('GET', '/admin/people')).body.people.map((one: { id: string }) => one.id)).not.toContain(id);
  expect((await it.call('POST', `/admin/people/${id}/enable`)).status).toBe(404);
}, 60_000);

test('R-078 a role that is taken away counts no more at the next request of a live token, and the change is on record', async () => {
  const { id, token } = await add('doc2');
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(200);
  expect((await it.call('PUT', `/admin/people/${id}/roles`, { roles: [] })).body.roles).toEqual([]);
  expect(await it.fhirStatus('/Patient/mine', token)).not.toBe(200);
  const record = (await it.records()).find(({ action, reason }) => action === 'user-roles-set' && reason.includes('doc2'));
  expect(record).toMatchObject({ kind: 'administration', outcome: 'permit', caller: { user: { id: 'admin-token' } } });
}, 60_000);

test('R-078 a relation that Fireguard itself knows counts at the next request', async () => {
  const { id, token } = await add('doc3');
  expect(await it.fhirStatus('/Patient/other', token)).toBe(404);
  expect(
    (
      await it.call('PUT', `/admin/people/${id}/relations`, {
        relations: [{ relation: 'care-team', patient: 'Patient/other' }],
      })
    ).status,
  ).toBe(200);
  expect(await it.fhirStatus('/Patient/other', token)).toBe(200);
  expect((await it.call('GET', `/admin/relations?person=${id}`)).body.relations).toEqual([
    { relation: 'care-team', patient: 'other' },
  ]);
  await it.call('PUT', `/admin/people/${id}/relations`, { relations: [] });
  expect(await it.fhirStatus('/Patient/other', token)).toBe(404);
}, 60_000);

test('R-048 a password is shown once if it was made here, never if it was given, and is kept as a slow hash', async () => {
  const made = await it.call('POST', '/admin/people', { username: 'made', name: 'Made' });
  expect(made.body.password).toMatch(/^[\w-]{20}$/);
  const given = await it.call('POST', '/admin/people', { username: 'given', name: 'Given', password: 'a given password' });
  expect(given.body.password).toBeUndefined();
  const told = [(await it.call('GET', '/admin/people')).text, JSON.stringify(await it.records())].join();
  for (const secret of [made.body.password, 'a given password', 'argon2id']) expect(told).not.toContain(secret);
  const rows = await it.running.storage.db
    .selectFrom('person')
    .select('password_hash')
    .where('username', 'in', ['made', 'given'])
    .execute();
  for (const { password_hash } of rows) expect(password_hash).toMatch(/^\$argon2id\$v=19\$/);
});

test('a username is one person’s', async () => {
  expect((await it.call('POST', '/admin/people', { username: 'twice', name: 'One' })).status).toBe(201);
  const second = await it.call('POST', '/admin/people', { username: 'twice', name: 'Two' });
  expect([second.status, second.body.error]).toEqual([409, 'write-conflict']);
  const records = (await it.records()).filter(({ reason }) => reason?.includes('the person twice'));
  expect(records.map(({ outcome }) => outcome).sort()).toEqual(['failure', 'permit', 'unknown', 'unknown']);
});

test('each office does its own: an administrator adds people, a privacy officer reads the audit, a physician neither', async () => {
  const people = { admin: ['security-administrator'], officer: ['privacy-officer'], physician: ['physician'] };
  const tokens: Record<string, string> = {};
  for (const [username, roles] of Object.entries(people)) {
    await it.call('POST', '/admin/people', { username, name: username, roles, password: 'a long password' });
    tokens[username] = await it.token(username, 'a long password', consoleClient(it), adminScope);
  }
  const status = async (who: string, method: string, target: string, body?: unknown) =>
    (await it.call(method, target, body, tokens[who]!)).status;
  const person = (username: string) => ({ username, name: 'New' });
  expect(await status('admin', 'POST', '/admin/people', person('by-admin'))).toBe(201);
  expect(await status('officer', 'POST', '/admin/people', person('by-officer'))).toBe(403);
  expect(await status('physician', 'POST', '/admin/people', person('by-physician'))).toBe(403);
  expect(await status('admin', 'GET', '/admin/audit')).toBe(403);
  expect(await status('officer', 'GET', '/admin/audit')).toBe(200);
  expect(await status('physician', 'GET', '/admin/audit')).toBe(403);
  expect(await status('officer', 'GET', '/admin/people')).toBe(200);
  expect(await status('physician', 'GET', '/admin/people')).toBe(403);
  expect(await status('physician', 'GET', '/admin/status')).toBe(403);

  const denied = (await it.records()).filter(({ kind, outcome }) => kind === 'administration' && outcome === 'deny');
  expect(denied.map(({ caller }) => caller.user.name)).toEqual(expect.arrayContaining(['officer', 'physician', 'admin']));
  const added = (await it.records()).find(({ reason }) => reason?.includes('by-admin'));
  expect(added.caller).toMatchObject({
    client: { id: 'fireguard-console' },
    user: { name: 'admin' },
    roles: ['security-administrator'],
  });

  // the office is left with the role.
  const { people: list } = (await it.call('GET', '/admin/people')).body;
  await it.call('PUT', `/admin/people/${list.find((one: { username: string }) => one.username === 'officer').id}/roles`, {
    roles: [],
  });
  expect(await status('officer', 'GET', '/admin/audit')).toBe(403);
}, 60_000);

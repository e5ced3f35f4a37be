import { statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleClient, type House, house } from './house.ts';

let it: House;
beforeAll(async () => {
  it = await house();
});
afterAll(() => it?.close());

test('nobody without a token is told anything, not even what exists', async () => {
  for (const target of [
    '/admin',
    '/admin/people',
    '/admin/openapi.json',
    '/admin/audit',
    '/admin/no-such-thing',
    '/admin/people/1/disable',
  ]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await it.call(method, target, undefined, null);
      expect([answer.status, answer.body.error], `${method} ${target}`).toEqual([401, 'token-missing']);
    }
  }
});

test('what is not a token of this API is refused alike', async () => {
  const person = {
    username: 'officer',
    name: 'Officer',
    roles: ['privacy-officer', 'security-administrator'],
    password: 'a long password',
  };
  await it.call('POST', '/admin/people', person);
  const redirectUris = ['https://app.example/back'];
  await it.call('POST', '/admin/clients', {
    id: 'other-app',
    name: 'Other',
    kind: 'public',
    redirectUris,
    scope: 'user/*.rs openid',
  });
  const app = { client_id: 'other-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs openid' } as const;
  // A good token of a person with both roles, but of an app that was never registered for administration.
  const ofApp = await it.token('officer', 'a long password', app, 'user/*.rs openid');
  // The console's own client, but without the scope.
  const weak = await it.token('officer', 'a long password', consoleClient(it), 'openid profile');
  // An app that asks for the scope without being registered for it.
  const asked = await it.token('officer', 'a long password', app, 'user/*.rs __fireguard-admin');
  for (const token of [ofApp, weak, asked, 'x'.repeat(43), `${it.running.adminToken}x`, it.running.adminToken!.slice(0, -1)]) {
    expect((await it.call('GET', '/admin/status', undefined, token)).body.error).toBe('token-invalid');
  }
  const good = await it.token('officer', 'a long password', consoleClient(it), '__fireguard-admin openid');
  expect((await it.call('GET', '/admin/status', undefined, good)).status).toBe(200);
  // And the other way round: the console's token opens no record.
  expect(await it.fhirStatus('/Patient/mine', good)).toBe(403);
}, 60_000);

test('two Authorization lines are one too many', async () => {
  const headers = new Headers();
  headers.append('authorization', `Bearer ${it.running.adminToken}`);
  headers.append('authorization', `Bearer ${it.running.adminToken}`);
  expect((await fetch(`${it.issuer}/admin/status`, { headers })).status).toBe(401);
});

test('R-011 administration is not on the FHIR path, and FHIR knows no administrative types', async () => {
  expect(
    (await fetch(it.fhir.replace('/fhir', '/admin/people'), { headers: { authorization: `Bearer ${it.running.adminToken}` } }))
      .status,
  ).not.toBe(200);
  expect(
    (await fetch(`${it.fhir}/admin/people`, { headers: { authorization: `Bearer ${it.running.adminToken}` } })).status,
  ).not.toBe(200);
  const metadata = (await (await fetch(`${it.fhir}/metadata`)).json()) as { rest: { resource: { type: string }[] }[] };
  const types = metadata.rest[0]!.resource.map(({ type }) => type);
  for (const invented of ['User', 'Role', 'Client', 'Policy', 'Permission', 'Account-Admin'])
    expect(types).not.toContain(invented);
});

test('R-048 the socket and the token file are their owner’s alone, and the socket needs no token', async () => {
  for (const file of ['admin.sock', 'admin-token']) expect(statSync(path.join(it.home, file)).mode & 0o777).toBe(0o600);
  const status = await it.local('GET', '/admin/status');
  expect(status.body.caller).toMatchObject({
    name: 'Local administrator',
    rights: ['administer', 'audit', 'consents', 'look'],
  });
});

test('the static token exists in the development profile only', () => {
  expect(it.running.adminToken).toMatch(/^[\w-]{43}$/);
});

test('what is not understood is refused, by name', async () => {
  const refuse = async (method: string, target: string, body: unknown, what: RegExp) => {
    const answer = await it.call(method, target, body);
    expect([answer.status, answer.body.error_description]).toEqual([400, expect.stringMatching(what)]);
  };
  await refuse('POST', '/admin/people', { username: 'a', name: 'A', admin: true }, /admin/);
  await refuse('POST', '/admin/people', '{"username":"a","username":"b","name":"A"}', /./);
  await refuse('POST', '/admin/people', '{"username":"a",', /./);
  await refuse('POST', '/admin/people', { username: 'a b', name: 'A' }, /username/);
  await refuse('POST', '/admin/people', { username: 'a', name: 'Dr \u202eevil' }, /name/);
  await refuse('POST', '/admin/people', { username: 'a', name: 'A', fhirUser: 'https://elsewhere/Practitioner/1' }, /fhirUser/);
  await refuse('GET', '/admin/audit?patient=1&patient=2', undefined, /twice/);
  await refuse('GET', '/admin/audit?patent=1', undefined, /patent/);
  await refuse('GET', '/admin/audit?limit=100000', undefined, /limit/);
  await refuse('GET', '/admin/audit?cursor=Zm9v', undefined, /cursor/);
  await refuse('GET', '/admin/people?all=1', undefined, /./);
  const form = await fetch(`${it.issuer}/admin/people`, {
    method: 'POST',
    headers: { authorization: `Bearer ${it.running.adminToken}` },
    body: new URLSearchParams({ username: 'a', name: 'A' }),
  });
  expect(form.status).toBe(415);
});

test('the OpenAPI document describes what is served and nothing else', async () => {
  const { body } = await it.call('GET', '/admin/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const operations = Object.entries(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
    ([target, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${target}`),
  );
  expect(operations.length).toBeGreaterThan(15);
  for (const operation of operations) {
    const [method, target] = operation.split(' ');
    // Without a token every described operation is a 401, and with one it is not "nothing here".
    const answer = await it.call(method!, target!.replace('{id}', 'nobody'));
    expect(answer.body.error_description ?? '', operation).not.toMatch(/has nothing here/);
  }
  const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('answers are not kept by anybody on the way', async () => {
  const answer = await fetch(`${it.issuer}/admin/status`, { headers: { authorization: `Bearer ${it.running.adminToken}` } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

/** scopes narrowed by who the person is, on the page, in the answer, and again whenever a token is renewed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPersonRoles } from '../../../src/storage/people.ts';
import { type Issuer, startIssuer } from './harness.ts';
import { launch, token, tokensFor } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  const scopesByRole = { patient: 'patient/*.rs', billing: 'user/Account.rs user/Encounter.rs' };
  server = await startIssuer({ signIn: { scopesByRole } });
});
afterAll(() => server?.close());

const scope = 'openid launch/patient offline_access patient/*.cruds';
const granted = async (asked: Parameters<typeof tokensFor>[1]) => String((await tokensFor(server, asked)).body['scope']);

test('R-101 a person whose role is named gets less for the app, and the answer says so', async () => {
  expect(await granted({ username: 'lindqvist', scope, consent: { duration: 'stay' } })).toBe(
    'openid launch/patient offline_access patient/*.rs',
  );
  expect(await granted({ username: 'clerk', scope: 'openid user/*.cruds' })).toBe('openid user/Account.rs user/Encounter.rs');
});

test('a person with a role that is not named is held by the client and by policy alone', async () => {
  expect(await granted({ username: 'okafor', scope: 'openid launch/patient patient/*.cruds' })).toBe(
    'openid launch/patient patient/*.cruds',
  );
});

test('the form cannot bring back what the role takes away', async () => {
  const consent = { scope: ['patient/*.rs', 'patient/*.cud', 'patient/*.cruds'] };
  expect(await granted({ username: 'lindqvist', scope, consent })).toBe('openid launch/patient patient/*.rs');
});

test('an app that asks only for what the role does not allow is told that it was not allowed', async () => {
  const { answer } = await launch(server, { username: 'clerk', scope: 'user/Patient.rs' });
  expect([answer.get('error'), answer.get('code')]).toEqual(['access_denied', null]);
});

test('a refresh gives no more than the roles of that moment allow', async () => {
  const wide = 'openid offline_access user/Account.rs user/Patient.rs';
  await setPersonRoles(server.storage.db, 'person-clerk', ['billing', 'physician']);
  const { body } = await tokensFor(server, { username: 'clerk', scope: wide, consent: { duration: 'stay' } });
  expect(body['scope']).toBe(wide);
  await setPersonRoles(server.storage.db, 'person-clerk', ['billing']);
  const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']), client_id: 'growth-chart' };
  expect((await token(server, refresh)).body['scope']).toBe('openid offline_access user/Account.rs');
});

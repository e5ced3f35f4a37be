/** The admin API tries policies as the command line does, and tells why only to those who may know. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from './house.ts';

let it: House;
beforeAll(async () => {
  it = await house();
}, 120_000);
afterAll(() => it?.close());

const rule = {
  id: 'nurses-read-conditions',
  description: 'Nurses read conditions, and nothing else is open to anybody.',
  effect: 'permit',
  caller: { roles: ['nurse'] },
  interactions: ['read'],
  resources: { types: ['Condition'] },
};
const policies = [{ policySet: 'tried', version: 1, combining: 'deny-overrides', rules: [rule] }];
const book = {
  title: 'Tried',
  callers: { nurse: { roles: ['nurse'], fhirUser: 'Practitioner/n', scopes: 'user/*.rs' } },
  cases: [
    {
      case: 'A nurse reads a condition',
      caller: 'nurse',
      asks: 'read Condition',
      resource: { subject: { reference: 'Patient/a' } },
      expect: 'permit',
    },
    { case: 'A nurse reads a patient', caller: 'nurse', asks: 'read Patient', expect: 'permit' },
  ],
};

test('a policy is checked, and what is wrong is named', async () => {
  expect((await it.local('POST', '/admin/policies/check', { policies })).body).toEqual({ usable: true, fault: null });
  const wrong = [{ ...policies[0], rules: [{ ...rule, interactions: ['look'] }] }];
  const { body } = await it.local('POST', '/admin/policies/check', { policies: wrong });
  expect(body).toEqual({ usable: false, fault: expect.stringContaining('rules[0].interactions[0]: write one of: read') });
});

test('cases are run and explained, and two policies compared; left out means those in force', async () => {
  const run = await it.local('POST', '/admin/policies/test', { policies, book });
  expect(run.body).toMatchObject({
    passed: 1,
    failed: [{ case: 'A nurse reads a patient', differences: [{ key: 'expect', found: 'refused' }] }],
  });
  const { body } = await it.local('POST', '/admin/policies/explain', { policies, book });
  expect(body.cases[0]).toMatchObject({ outcome: 'permit', rules: [{ id: rule.id, description: rule.description }] });
  expect(body.cases[0].sentence).toBe(
    'A nurse (nurse) may read this Condition: nurses read conditions, and nothing else is open to anybody.',
  );
  const diff = await it.local('POST', '/admin/policies/diff', { after: policies, book });
  expect(diff.body.reach).toContainEqual(
    expect.objectContaining({ role: 'physician', interaction: 'create', change: 'closed' }),
  );
  expect(diff.body.cases).toContainEqual(
    expect.objectContaining({ case: 'A nurse reads a condition', before: 'closed', after: 'open' }),
  );
});

test('a book that is wrong is answered with what is wrong', async () => {
  const { status, body } = await it.local('POST', '/admin/policies/test', {
    policies,
    book: { ...book, cases: [{ ...book.cases[0], lables: [] }] },
  });
  expect([status, body.error_description]).toEqual([400, expect.stringContaining('lables: unknown key')]);
});

test('who holds no office is told nothing', async () => {
  const answer = await fetch(`${it.issuer}/admin/policies/explain`, {
    method: 'POST',
    body: JSON.stringify({ book }),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(401);
});

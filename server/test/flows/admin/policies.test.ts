/** The admin API tries policies as the command line does, and tells why only to those who may know. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from './house.ts';

let it: House;
beforeAll(async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'fireguard-tried-')), 'tried.yaml');
  writeFileSync(file, JSON.stringify(policies[0]));
  const research = {
    name: 'research',
    url: 'http://localhost:9/r5',
    fhirVersion: 'R5',
    credentials: { bearer: 'for-nobody-to-see' },
  } as const;
  it = await house(undefined, { upstreams: [{ ...research, policies: { files: [file] } }] });
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

test('R-079 policies are tried as they hold at the FHIR server that is named', async () => {
  const only = [{ ...policies[0], upstreams: ['http://localhost:9/r5'] }];
  const run = async (upstream?: string) =>
    (await it.local('POST', '/admin/policies/test', { policies: only, book, ...(upstream === undefined ? {} : { upstream }) }))
      .body;
  expect((await run('research')).passed).toBe(1);
  expect((await run()).passed).toBe(0);
  // In force there is what its own section says.
  const inForce = await it.local('POST', '/admin/policies/diff', { after: policies, upstream: 'research', book });
  expect(inForce.body).toEqual({ reach: [], cases: [] });
  const body = { policies: [{ ...policies[0], rules: [{ ...rule, resources: { types: ['MedicationUsage'] } }] }] };
  expect((await it.local('POST', '/admin/policies/check', body)).body.usable).toBe(false);
  const unknown = await it.local('POST', '/admin/policies/test', { book, upstream: 'imaging' });
  expect([unknown.status, unknown.body.error_description]).toEqual([400, 'There is no FHIR server of this name.']);
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

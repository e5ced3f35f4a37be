/** The default policies in the whole flow of a request: what the cases say of one resource holds for what leaves. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { r4 } from '../src/fhir/r4.ts';
import { compilePolicies } from '../src/policy/compile-policies.ts';
import { parseScopes } from '../src/scope/parse-scope.ts';
import { ask } from '../test/host.ts';
import { SmallUpstream } from '../test/small-upstream.ts';

const yaml = readFileSync(path.join(import.meta.dirname, '../../server/policies/default.yaml'), 'utf8');
const policies = compilePolicies([parse(yaml)], r4());
const restricted = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };
const optOut = {
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  patient: { reference: 'Patient/out' },
  provision: { type: 'deny' },
};

function setting(caller: object = {}) {
  const upstream = new SmallUpstream([
    ...['ann', 'bob', 'out'].map((id) => ({ resourceType: 'Patient', id })),
    {
      resourceType: 'Encounter',
      id: 'e1',
      status: 'finished',
      subject: { reference: 'Patient/ann' },
      reasonCode: [{ text: 'cough' }],
    },
    { resourceType: 'Observation', id: 'own', status: 'final', subject: { reference: 'Patient/ann' } },
    { resourceType: 'Observation', id: 'strange', status: 'final', subject: { reference: 'Patient/bob' } },
    { resourceType: 'Observation', id: 'objected', status: 'final', subject: { reference: 'Patient/out' } },
    { resourceType: 'Observation', id: 'secret', status: 'final', meta: restricted, subject: { reference: 'Patient/ann' } },
  ]);
  const facts = { relations: { ann: ['encounter'], out: ['encounter'] }, consents: { out: [optOut] } } as const;
  return { upstream, policies, facts, caller, now: Date.UTC(2026, 4, 1) };
}

test('R-068 a physician finds the observations of patients in an encounter, but none that is strange, objected to or restricted', () => {
  const { status, json } = ask(setting(), { target: '/Observation' });
  expect(status).toBe(200);
  expect(json.entry.map((entry: { resource: { id: string } }) => entry.resource.id)).toEqual(['own']);
});

test('R-137 what the policies hide is answered like what does not exist', () => {
  const absent = ask(setting(), { target: '/Observation/absent' });
  expect(absent.status).toBe(404);
  for (const id of ['strange', 'objected', 'secret']) {
    const { status, headers, text } = ask(setting(), { target: `/Observation/${id}` });
    expect({ status, headers, text }).toEqual({ status: absent.status, headers: absent.headers, text: absent.text });
  }
});

test('R-144 a billing clerk reads the encounter without its reason, a physician with it', () => {
  const clerk = { roles: ['billing-clerk'], user: { id: 'u2', name: 'Bo', fhirUser: 'Practitioner/bo' } };
  expect(ask(setting(clerk), { target: '/Encounter/e1' }).text).not.toContain('cough');
  expect(ask(setting(), { target: '/Encounter/e1' }).text).toContain('cough');
});

test('R-100 a type outside the scopes, and one that no rule opens, are refused before anything is asked of the upstream', () => {
  for (const caller of [{ scopes: parseScopes('user/Patient.rs') }, { roles: ['researcher'] }]) {
    const { status, sent, rounds } = ask(setting(caller), { target: '/Observation/own' });
    expect({ status, sent: sent.length, rounds: rounds.length }).toEqual({ status: 403, sent: 0, rounds: 0 });
  }
});

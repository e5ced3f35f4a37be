/** The whole flow with nothing in its place: real scopes, real decisions, the policies that are shipped, byte for byte. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Asked, ask, clinician, ourBase, type Setting } from '../../test/host.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import type { Caller } from '../caller.ts';
import { r4 } from '../fhir/r4.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import { parseScopes } from '../scope/parse-scope.ts';

const shipped = new URL('../../../server/policies/default.yaml', import.meta.url);
const policies = compilePolicies([parse(readFileSync(shipped, 'utf8'))], r4());
const restricted = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };
const of = (patient: string) => ({ subject: { reference: `Patient/${patient}` } });
const resources = [
  { resourceType: 'Patient', id: 'mine', meta: { versionId: '1' }, name: [{ family: 'Mine' }] },
  { resourceType: 'Patient', id: 'other', meta: { versionId: '1' }, name: [{ family: 'Other' }] },
  {
    resourceType: 'Observation',
    id: 'o1',
    meta: { versionId: '1' },
    status: 'final',
    code: { coding: [{ code: 'a' }] },
    ...of('mine'),
  },
  {
    resourceType: 'Observation',
    id: 'o2',
    meta: { versionId: '1' },
    status: 'final',
    code: { coding: [{ code: 'a' }] },
    ...of('other'),
  },
  {
    resourceType: 'Observation',
    id: 'o3',
    meta: { versionId: '1', ...restricted },
    status: 'final',
    code: { coding: [{ code: 'b' }] },
    ...of('mine'),
  },
  {
    resourceType: 'Encounter',
    id: 'e1',
    meta: { versionId: '1' },
    status: 'finished',
    class: { code: 'AMB' },
    reasonCode: [{ text: 'SECRET', coding: [{ code: 'SECRET' }] }],
    text: { status: 'generated', div: 'SECRET' },
    ...of('mine'),
  },
];

function as(caller: Partial<Caller>, facts: Setting['facts'] = {}): Setting {
  return { upstream: new SmallUpstream(resources), policies, caller, facts };
}

const physician = as({ scopes: parseScopes('user/*.cruds') }, { relations: { mine: ['encounter'] } });
const treating = as({ scopes: parseScopes('user/*.cruds') }, { relations: { mine: ['care-team'] } });
const patient: Partial<Caller> = {
  user: { id: 'u2', name: 'Mine', fhirUser: 'Patient/mine' },
  roles: ['patient'],
  patient: 'mine',
  scopes: parseScopes('patient/*.rs'),
};
const asPatient = as(patient, { relations: { mine: ['self'] } });
const clerk = as({ roles: ['billing-clerk'], scopes: parseScopes('user/*.rs') });
const anonymous = as({ kind: 'anonymous', client: undefined, user: undefined, token: undefined, roles: [], scopes: [] });

const get = (target: string): Asked => ({ target });
const found = (setting: Setting, target: string) =>
  (ask(setting, get(target)).json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id);

describe('a physician', () => {
  test('reads and finds the record of a patient they care for, and no other', () => {
    expect(ask(physician, get('/Observation/o1')).status).toBe(200);
    expect(ask(physician, get('/Observation/o2')).text).toBe(ask(physician, get('/Observation/nowhere')).text);
    expect(found(physician, '/Observation?code=a')).toEqual(['o1']);
    expect(found(physician, '/Patient')).toEqual(['mine']);
  });

  test('sees restricted data only as one of the care team', () => {
    expect(ask(physician, get('/Observation/o3')).status).toBe(404);
    expect(found(physician, '/Observation')).toEqual(['o1']);
    expect(found(treating, '/Observation')).toEqual(['o1', 'o3']);
  });

  test('writes into that record, and not into another', () => {
    const observation = (patient: string) => ({ resourceType: 'Observation', status: 'final', code: {}, ...of(patient) });
    expect(ask(physician, { method: 'POST', target: '/Observation', body: observation('mine') }).status).toBe(201);
    expect(ask(physician, { method: 'POST', target: '/Observation', body: observation('other') }).status).toBe(403);
    expect(
      ask(physician, { method: 'PUT', target: '/Observation/o2', body: { ...observation('mine'), id: 'o2' } }).status,
    ).toBe(405);
    const moved = { ...observation('other'), id: 'o1' };
    expect(ask(physician, { method: 'PUT', target: '/Observation/o1', body: moved }).status).toBe(403);
  });

  test('is denied by a consent against everybody', () => {
    const consent = {
      resourceType: 'Consent',
      id: 'c',
      status: 'active',
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      patient: { reference: 'Patient/mine' },
      provision: { type: 'deny' },
    };
    const setting = { ...physician, facts: { ...physician.facts, consents: { mine: [consent] } } };
    const { status, outcome } = ask(setting, get('/Observation/o1'));
    expect([status, outcome!.decision.cause]).toEqual([404, 'consent']);
    expect(found(setting, '/Observation')).toEqual([]);
  });

  test('with a token for less is 403 before anything is looked up', () => {
    const { status, headers, sent } = ask(as({ scopes: parseScopes('user/Patient.rs') }), get('/Observation/o1'));
    expect([status, headers['www-authenticate'], sent.length]).toEqual([403, 'Bearer error="insufficient_scope"', 0]);
  });
});

describe('a patient', () => {
  test('finds their own record, narrowed at the upstream', () => {
    const { json, sent } = ask(asPatient, get('/Observation?code=a'));
    expect(json.entry.map((entry: { resource: { id: string } }) => entry.resource.id)).toEqual(['o1']);
    expect(sent[0]!.path).toMatch(/^Patient\/mine\/Observation\?code=a&/);
    expect(json.link).toEqual([{ relation: 'self', url: `${ourBase}/Observation?code=a&_count=10` }]);
    expect(found(asPatient, '/Patient')).toEqual(['mine']);
    expect(found(asPatient, '/Patient?_id=other')).toEqual([]);
  });

  test('reads nobody else’s', () => {
    expect(ask(asPatient, get('/Patient/mine')).status).toBe(200);
    for (const target of ['/Patient/other', '/Observation/o2']) expect(ask(asPatient, get(target)).status).toBe(404);
    expect(found(asPatient, '/Patient/other/Observation')).toEqual([]);
  });
});

describe('a billing clerk', () => {
  test('sees encounters of everybody without clinical reasons, and finds nothing by them', () => {
    const { json, text, outcome } = ask(clerk, get('/Encounter/e1'));
    expect(json).toEqual({
      resourceType: 'Encounter',
      id: 'e1',
      meta: {
        versionId: '1',
        security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }],
        tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
      },
      status: 'finished',
      class: { code: 'AMB' },
      ...of('mine'),
    });
    expect(text).not.toContain('SECRET');
    expect(outcome!.disclosure.masked).toContain('reasonCode');
    const found = (query: string) => ask(clerk, get(`/Encounter?${query}`)).json?.total;
    expect([found('reason-code=SECRET'), found('reason-code=nothing')]).toEqual([0, 0]);
    expect(ask(clerk, get('/Encounter?reason-code:not=x')).problem?.code).toBe('element-closed');
    expect(ask(clerk, get('/Observation/o1')).status).toBe(403);
  });
});

describe('nobody', () => {
  test.each(['/Observation/o1', '/Observation', '/Patient/mine/_history/1', '/ValueSet/x'])(
    'R-036 signed in: %s is 401 and asks for nothing',
    (target) => {
      const { status, headers, sent } = ask(anonymous, get(target));
      expect([status, headers['www-authenticate'], sent.length]).toEqual([401, 'Bearer', 0]);
    },
  );

  test('whose token has ended: the same, with an error', () => {
    const { status, headers } = ask({ ...physician, now: clinician.token!.expiresAt }, get('/Observation/o1'));
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });
});

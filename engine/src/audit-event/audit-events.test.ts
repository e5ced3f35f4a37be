import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../caller.ts';
import type { Denied } from '../enforcement/outcome.ts';
import { Problem } from '../problem.ts';
import type { FhirRequest } from '../request/request.ts';
import { auditEvents } from './audit-events.ts';
import { type AuditInput, auditRecord } from './audit-record.ts';
import type { AuditRecord } from './record.ts';

const site = { observer: 'node-1', site: 'hospital.example', base: 'http://server.example.com/fhir' };

const caller: Caller = {
  kind: 'user',
  client: { id: 'app-1', name: 'App One' },
  user: { id: 'u-1', name: 'Ann Lee', fhirUser: 'Practitioner/p1' },
  roles: ['physician'],
  scopes: [],
  patient: undefined,
  purposes: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
  token: { id: 'jti-1', issuer: 'https://as.example', expiresAt: 0 },
  address: '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
};

const common = {
  representation: { format: 'json', pretty: false, summary: undefined, elements: undefined },
  conditions: {
    ifMatch: undefined,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
    ifNoneExist: undefined,
    prefer: undefined,
    provenance: undefined,
    dropped: [],
  },
} as const;

const read: FhirRequest = {
  interaction: 'read',
  type: 'List',
  id: 'ex-list',
  original: { method: 'GET', target: '/List/ex-list', form: undefined },
  ...common,
};

function ended(changes: Partial<AuditRecord>): AuditRecord {
  return {
    id: 'rec-1',
    recorded: Date.UTC(2026, 4, 1, 10),
    ...auditRecord(input({ kind: 'problem', problem: new Problem('not-found', 'x') })),
    outcome: 'permit',
    status: 200,
    rules: ['rule-a'],
    reason: 'Permitted: because.',
    ...changes,
  };
}

function input(outcome: AuditInput['outcome'], asked: FhirRequest | undefined = read): AuditInput {
  return {
    outcome,
    caller,
    asked,
    original: read.original,
    requestId: 'req-1',
  };
}

function denied(): Denied {
  const decision = { effect: 'deny', rules: ['builtin:no-rule'], reason: 'No rule permits it.', cause: 'policy' } as const;
  const disclosure = { patients: ['p9'], resources: [], masked: [], withheld: 0 };
  return { kind: 'denied', status: 404, headers: new Map(), body: new Uint8Array(), decision, disclosure };
}

type Event = {
  readonly id: string;
  readonly outcome: string;
  readonly outcomeDesc?: string;
  meta: { profile?: string[] };
  agent: { type: { coding: { code: string }[] }; requestor: boolean; network?: { type: string }; policy?: string[] }[];
  entity: {
    role?: { code: string };
    type: { code: string };
    query?: string;
    what?: { reference?: string };
    detail?: unknown;
  }[];
};
const render = (record: AuditRecord): Event[] => auditEvents(record, site) as unknown as Event[];

describe('records', () => {
  test('R-088 a denied request gives one record with its cause, rule, patient and the resource that was asked for', () => {
    const record = auditRecord(input(denied()));
    expect(record).toMatchObject({
      ...{ kind: 'request', outcome: 'deny', status: 404, action: 'read', type: 'List' },
      ...{ rules: ['builtin:no-rule'], patients: ['p9'], resources: ['List/ex-list'], requestId: 'req-1' },
    });
  });

  test.each([
    ['token-missing', 'deny', 401],
    ['forbidden', 'deny', 403],
    ['json-invalid', 'failure', 400],
    ['upstream-unavailable', 'failure', 503],
  ] as const)('R-088 a %s is recorded as %s, without the detail of the problem', (code, outcome, status) => {
    const record = auditRecord(input({ kind: 'problem', problem: new Problem(code, 'Public.', { detail: 'secret-detail' }) }));
    expect(record).toMatchObject({ outcome, status });
    expect(JSON.stringify(record)).not.toContain('secret-detail');
  });

  test('R-165 a request that was not understood is kept as it came, byte for byte', () => {
    const target = '/Patient?name=%27;DROP TABLE--&x=<script>\u{1F9A0}&code=8480-6';
    const original = { method: 'POST', target, form: 'identifier=a|b&_x=%00' };
    const record = auditRecord({
      ...input({ kind: 'problem', problem: new Problem('request-not-understood', 'x') }),
      asked: undefined,
      original,
    });
    expect(record.action).toBe('not-understood');
    expect(Buffer.from(record.query!, 'base64').toString('utf8')).toBe(`POST ${target}\n\n${original.form}`);
  });

  test('R-166 no credential survives in what is kept of a request, however it is spelled', () => {
    const target = '/Patient?access_token=tok123&ACC%45SS_token=tok123&name=x&client%5Fsecret=tok123';
    const form = 'id_token=tok123&password=tok123&q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.tok123abc';
    const record = auditRecord({ ...input(denied()), asked: undefined, original: { method: 'GET', target, form } });
    const kept = Buffer.from(record.query!, 'base64').toString('utf8');
    expect(kept).not.toContain('tok123');
    expect(kept).toContain('name=x');
  });
});

describe('events', () => {
  test('R-164 several patients give one event each, with ids made from the record', () => {
    const events = render(ended({ patients: ['a', 'b', 'c'] }));
    expect(events.map((event) => event.id)).toEqual(['rec-1-1', 'rec-1-2', 'rec-1-3']);
    expect(events.map((event) => event.entity.at(-1)?.what?.reference)).toEqual(['Patient/a', 'Patient/b', 'Patient/c']);
    expect(render(ended({ patients: ['a'] }))[0]!.id).toBe('rec-1');
    expect(auditEvents(ended({ patients: ['a', 'b'] }), site)).toEqual(auditEvents(ended({ patients: ['a', 'b'] }), site));
  });

  test('R-163 only a success claims a profile, and its Patient form only with a patient', () => {
    const profile = (changes: Partial<AuditRecord>) => render(ended(changes))[0]!.meta.profile?.[0]?.split('/').at(-1);
    expect(profile({ patients: ['a'] })).toBe('IHE.BasicAudit.PatientRead');
    expect(profile({})).toBe('IHE.BasicAudit.Read');
    expect(profile({ outcome: 'deny' })).toBeUndefined();
    expect(profile({ kind: 'intent', outcome: 'unknown' })).toBeUndefined();
    expect(profile({ resources: [] })).toBeUndefined();
  });

  test.each([
    ['permit', '0'],
    ['deny', '8'],
    ['failure', '4'],
    ['unknown', '4'],
  ] as const)('R-088 outcome %s is %s', (outcome, code) => {
    expect(render(ended({ outcome }))[0]!.outcome).toBe(code);
  });

  test('R-166 the token stands in the policy of the person by its public id, the rules that decided in that of the server', () => {
    const agent = render(ended({}))[0]!.agent.find(({ requestor }) => requestor);
    expect(agent?.policy).toEqual(['urn:ietf:params:oauth:jti:jti-1']);
    expect(render(ended({}))[0]!.agent[1]?.policy).toEqual(['urn:fireguard:rule:rule-a']);
  });

  test('R-169 the id of the request is an entity of every event', () => {
    for (const kind of ['request', 'sign-in', 'administration', 'start'] as const) {
      expect(JSON.stringify(render(ended({ kind }))[0]!.entity)).toContain('"identifier":{"value":"req-1"}');
    }
  });

  test('R-165 a search records the query and no result; what was masked stands in the description', () => {
    const [event] = render(ended({ action: 'search', resources: ['List/1', 'List/2'], masked: ['reasonCode'], withheld: 2 }));
    const roles = event!.entity.map(({ role }) => role?.code);
    expect(roles).toContain('24');
    expect(roles).not.toContain('4');
    expect(event!.outcomeDesc).toMatch(/reasonCode.*2/);
  });

  test('R-147 what was taken out of a resource that was read is listed with it', () => {
    const [event] = render(ended({ masked: ['reasonCode', 'diagnosis'] }));
    expect(event!.entity.find(({ role }) => role?.code === '4')?.detail).toHaveLength(2);
  });

  test.each([
    ['sign-in', 'login', '110114', '110122'],
    ['sign-out', 'logout', '110114', '110123'],
    ['token', 'token-issued', '110114', 'ITI-71'],
    ['administration', 'user-disabled', '110113', '110137'],
    ['administration', 'client-added', '110113', '110129'],
    ['start', 'start', '110100', '110120'],
    ['stop', 'stop', '110100', '110121'],
    ['audit-read', 'audit-read', '110101', undefined],
  ] as const)('R-156 %s (%s) is %s/%s', (kind, action, type, subtype) => {
    const [event] = render(ended({ kind, action })) as unknown as { type: { code: string }; subtype?: { code: string }[] }[];
    expect([event!.type.code, event!.subtype?.[0]?.code]).toEqual([type, subtype]);
  });

  test('R-163 where the address of who called is not known, none is told, and no profile that wants one is claimed', () => {
    const asked = auditRecord({ ...input(denied()), caller: { ...caller, address: '' } });
    expect(asked).not.toHaveProperty('address');
    expect(auditRecord({ ...input(denied()), caller: { ...caller, address: '' }, address: '10.0.0.1' }).address).toBe(
      '10.0.0.1',
    );
    const [event] = render(ended({ address: '', patients: ['p1'] }));
    expect(event!.meta.profile).toBeUndefined();
    expect(event!.agent[0]).not.toHaveProperty('network');
  });

  test('R-166 the token of a service is an agent that names who holds it', () => {
    const { user: _nobody, ...service } = ended({}).caller!;
    const [event] = render(ended({ caller: service, patients: ['p1'] }));
    expect(event!.meta.profile?.map((one) => one.split('BasicAudit.')[1])).toEqual([
      'PatientRead',
      'OAUTHaccessTokenUse.Minimal',
    ]);
    const token = event!.agent.find(({ type }) => type.coding[0]!.code === 'UserOauthAgent');
    expect(token).toMatchObject({ who: { identifier: { value: 'app-1' } }, policy: ['urn:ietf:params:oauth:jti:jti-1'] });
  });

  test('R-166 whatever an issuer chose as the id of a token, what is told of it is a URN', () => {
    const token = { id: 'a b#c/d\ud800', issuer: 'https://as.example' };
    const [event] = render(ended({ caller: { ...ended({}).caller!, token } }));
    expect(event!.agent.flatMap(({ policy = [] }) => policy)).toContain('urn:ietf:params:oauth:jti:a%20b%23c%2Fd%EF%BF%BD');
  });

  test('what was meant and has no end is told in the form of its act, as unknown', () => {
    const [event] = auditEvents(ended({ kind: 'intent', intends: 'token', action: 'app-stopped', outcome: 'unknown' }), site);
    expect(event).toMatchObject({ type: { code: '110114' }, subtype: [{ code: 'ITI-71' }], outcome: '4' });
    expect(event!['outcomeDesc']).toContain('Outcome unknown: app-stopped was about to be done.');
    const [write] = auditEvents(ended({ kind: 'intent', action: 'update', outcome: 'unknown' }), site);
    expect(write).toMatchObject({ type: { code: 'rest' }, subtype: [{ code: 'update' }], outcome: '4' });
  });

  test('an event without a caller still names the application, as BALP wants', () => {
    const { caller: _, ...anonymous } = ended({});
    expect(render(anonymous as AuditRecord)[0]!.agent[0]).toMatchObject({
      requestor: false,
      who: { display: expect.any(String) },
    });
  });
});

const samples = path.resolve(import.meta.dirname, '../../../../shared/data/audit/ihe-balp');

describe.skipIf(!existsSync(samples))('against the examples of IHE BALP (../shared/data/audit, skipped when absent)', () => {
  test.each([
    ['CreateNoUser', 'create', false],
    ['Create1', 'create', true],
    ['ReadNoUser', 'read', false],
    ['ReadClient', 'read', true],
    ['ReadNoPatient', 'read', true],
    ['Update2', 'update', true],
    ['Patch', 'patch', true],
    ['Delete2', 'delete', true],
    ['DeleteNoPatient', 'delete', true],
    ['QueryGetClient', 'search', true],
    ['ReadOServer', 'read', true],
    ['ReadOServerMin', 'read', false],
  ] as const)('R-163 %s has the structure of the published example', (name, action, person) => {
    const sample = JSON.parse(readFileSync(path.join(samples, `AuditEvent-ex-auditBasic${name}.json`), 'utf8'));
    const patients = JSON.stringify(sample.entity).includes('Patient/ex-patient') ? ['ex-patient'] : [];
    const { user: _, ...app } = ended({}).caller!;
    const [ours] = render(ended({ action, patients, ...(person ? {} : { caller: app }) }));
    const [wanted, made] = [structure(sample), structure(ours)];
    // Ours claim the token pattern beside the RESTful one; a sample claims one of the two.
    expect(made.profile).toEqual(expect.arrayContaining([...wanted.profile]));
    expect({ ...made, profile: [], agents: [] }).toEqual({ ...wanted, profile: [], agents: [] });
    // One of our agents may play two of the roles that a sample gives to two.
    for (const agent of wanted.agents) expect(made.agents).toContain(agent);
  });

  test('R-167 a decision by consent has the structure of the published example', () => {
    const sample = JSON.parse(readFileSync(path.join(samples, 'AuditEvent-ex-auditAuthZconsent.json'), 'utf8'));
    const events = render(ended({ patients: ['ex-patient'], consents: ['Consent/ex-consent'] }));
    const [wanted, made] = [structure(sample), structure(events.find(({ id }) => id.endsWith('-d')))];
    expect({ ...made, entities: [] }).toEqual({ ...wanted, entities: [] });
    // The token is theirs to leave out.
    for (const entity of wanted.entities) expect(made.entities).toContain(entity);
    expect(made.entities).toHaveLength(wanted.entities.length + 1);
  });

  test('R-168 a disclosure has the structure of the published example', () => {
    const sample = JSON.parse(readFileSync(path.join(samples, 'AuditEvent-ex-auditPrivacyDisclosure-source.json'), 'utf8'));
    const research = {
      ...ended({}).caller!,
      purposes: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' }],
    };
    const events = render(ended({ patients: ['ex-patient'], resources: ['DiagnosticReport/r'], caller: research }));
    const [wanted, made] = [structure(sample), structure(events.find(({ id }) => id.endsWith('-x')))];
    expect({ ...made, agents: [] }).toEqual({ ...wanted, agents: [] });
    // The advocate is optional; addresses are of either kind.
    const roles = (agents: readonly string[]) => agents.map((agent) => agent.split(' ')[0]!);
    for (const role of roles(wanted.agents).filter((one) => one !== '429577009')) expect(roles(made.agents)).toContain(role);
  });
});

test('R-168 treatment, payment and running the house are no disclosures, and nothing that was denied is', () => {
  const disclosed = (code: string | undefined, changes: Partial<AuditRecord> = {}) => {
    const purposes = code === undefined ? [] : [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }];
    const events = render(ended({ patients: ['a', 'b'], caller: { ...ended({}).caller!, purposes }, ...changes }));
    return events.filter(({ id }) => id.includes('-x')).length;
  };
  expect([disclosed('PUBHLTH'), disclosed('HRESCH'), disclosed('CLINTRCH')]).toEqual([2, 2, 2]);
  expect([disclosed(undefined), disclosed('TREAT'), disclosed('ETREAT'), disclosed('BTG'), disclosed('HPAYMT')]).toEqual([
    0, 0, 0, 0, 0,
  ]);
  expect(disclosed('HRESCH', { outcome: 'deny' })).toBe(0);
});

interface Shape {
  readonly type: { system: string; code: string };
  readonly subtype: { system: string; code: string }[];
  readonly action: string;
  readonly outcome: string;
  readonly source: object;
}

interface Structure extends Readonly<Record<string, unknown>> {
  readonly profile: readonly string[];
  readonly agents: readonly string[];
  readonly entities: readonly string[];
}

/** What BALP fixes: codes, roles and which parts are there. Names, addresses and the optional request id are free. */
function structure(event: unknown): Structure {
  const { type, subtype, action, outcome, agent, entity, meta, source } = event as Event & Shape;
  const codes = (list: { system: string; code: string }[]): string[] => list.map((one) => `${one.system}|${one.code}`);
  return {
    profile: meta.profile ?? [],
    type: codes([type]),
    // RI#search and RI#search-type are both listed.
    subtype: codes(subtype).map((code) => code.replace(/\|search$/, '|search-type')),
    action,
    outcome,
    observer: Object.hasOwn(source, 'observer'),
    agents: agent
      // A writer may be author, informant or custodian.
      .flatMap((one) =>
        one.type.coding.map(
          ({ code }) => `${code.replace(/^(INF|CST)$/, 'AUT')} requestor=${one.requestor} network=${one.network?.type}`,
        ),
      )
      .sort(),
    entities: entity
      .filter((one) => one.type.code !== 'XrequestId')
      .map(
        (one) =>
          `${one.type.code}/${one.role?.code} what=${one.what?.reference !== undefined} query=${one.query !== undefined}`,
      )
      .sort(),
  };
}

/** the same event in the forms of R5 and R6. */
import { describe, expect, test } from 'vitest';
import { fhirTables } from '../fhir/fhir-tables.ts';
import { auditEvents } from './audit-events.ts';
import type { AuditRecord } from './record.ts';

const site = { observer: 'gateway-1', site: 'hospital', base: 'https://fhir.example/r4' };
const record: AuditRecord = {
  id: '3f9c2a10-0000-4000-8000-000000000001',
  kind: 'request',
  recorded: Date.UTC(2026, 10, 25, 10),
  outcome: 'deny',
  status: 403,
  action: 'read',
  type: 'Observation',
  caller: {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u1', name: 'Dr. A', fhirUser: 'Practitioner/a' },
    roles: ['physician'],
    purposes: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
  },
  address: '198.51.100.7',
  patients: ['p1'],
  resources: ['Observation/o1'],
  masked: ['Observation.note'],
  withheld: 0,
  rules: ['r1'],
  reason: 'No relation.',
  requestId: 'r-1',
};

describe.each(['R5', 'R6'] as const)('%s', (version) => {
  const [event] = auditEvents(record, site, version) as [Record<string, unknown>];

  test('holds elements of that version only', () => {
    const { elements } = fhirTables(version).types.get('AuditEvent')!;
    const unknown = Object.keys(event).filter((name) => !['resourceType', 'id', 'meta'].includes(name) && !elements.has(name));
    // Of R6 the elements are not published yet.
    expect(version === 'R6' ? [] : unknown).toEqual([]);
  });

  test('says the same', () => {
    expect(event).toMatchObject({
      resourceType: 'AuditEvent',
      recorded: '2026-11-25T10:00:00.000Z',
      action: 'R',
      patient: { reference: 'Patient/p1' },
      outcome: { code: { code: '8' }, detail: [{ text: expect.stringContaining('No relation.') }] },
      source: { site: { display: 'hospital' }, observer: { display: 'gateway-1' } },
    });
    const agents = event['agent'] as Record<string, unknown>[];
    expect(agents[0]).toMatchObject({ networkString: '198.51.100.7', requestor: false });
    expect(agents[1]).toMatchObject({ networkUri: 'https://fhir.example/r4' });
    expect(agents[2]).toMatchObject({ who: { reference: 'Practitioner/a' }, authorization: [{ coding: [{ code: 'TREAT' }] }] });
    expect(JSON.stringify(event)).not.toMatch(/outcomeDesc|purposeOfUse|"network"|BasicAudit\.Read/);
  });

  test('each agent says who, also the token of a service', () => {
    const { user: _nobody, ...service } = record.caller!;
    const token = { id: 'jti-1', issuer: 'https://as.example' };
    for (const caller of [record.caller, { ...service, token }, undefined]) {
      const { caller: _theirs, ...rest } = record;
      const [one] = auditEvents(caller === undefined ? rest : { ...rest, caller }, site, version) as [Record<string, unknown>];
      expect((one['agent'] as object[]).filter((agent) => !('who' in agent))).toEqual([]);
    }
  });

  test('its kind', () => {
    if (version === 'R5')
      expect(event).toMatchObject({ category: [{ coding: [{ code: 'rest' }] }], code: { coding: [{ code: 'read' }] } });
    else expect(event).toMatchObject({ type: { coding: [{ code: 'rest' }] }, subtype: [{ coding: [{ code: 'read' }] }] });
  });
});

test('what another system recorded is told as it came, or not at all', () => {
  const received = (version: 'R4' | 'R5') =>
    ({
      ...record,
      kind: 'received',
      received: { version, event: { resourceType: 'AuditEvent', id: 'theirs', action: 'R' } },
    }) as const;
  expect(auditEvents(received('R4'), site)).toMatchObject([{ id: record.id, action: 'R' }]);
  expect(auditEvents(received('R5'), site, 'R5')).toMatchObject([{ id: record.id, action: 'R' }]);
  expect(auditEvents(received('R5'), site, 'R4')).toEqual([]);
});

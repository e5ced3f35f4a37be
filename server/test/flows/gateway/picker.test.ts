import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PatientFinder, patientFinder } from '../../../src/gateway/find-patients.ts';
import { type Gateway, POLICY, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;
let finder: PatientFinder;
const doctor = { id: 'p1', name: 'Dr Test', roles: ['physician'], fhirUser: 'Practitioner/doc' };

beforeAll(async () => {
  place = await ward();
  await place.put({
    resourceType: 'Patient',
    id: 'ito',
    name: [{ family: 'Ito', given: ['Haruka', 'M'] }],
    birthDate: '1980-02-03',
    identifier: [{ system: 'urn:mrn', value: 'AV-77' }],
    generalPractitioner: [{ reference: 'Practitioner/doc' }],
  });
  gateway = await startGateway({ upstream: place.server.url });
  finder = patientFinder(gateway.use);
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

test('by name, by number, or all of their own; never a patient whom the API would not show', async () => {
  const ito = { id: 'ito', name: 'ITO, Haruka', birthDate: '1980-02-03', mrn: 'AV-77' };
  expect(await finder.patientsFor(doctor, 'haruka ito')).toEqual([ito]);
  expect(await finder.patientsFor(doctor, 'AV-77')).toEqual([ito]);
  expect((await finder.patientsFor(doctor, '')).map(({ id }) => id).sort()).toEqual(['ito', 'mine']);
  expect(await finder.patientsFor(doctor, 'Okafor')).toEqual([]);
});

test('one by id, only if they may open it', async () => {
  expect((await finder.patientById(doctor, 'ito'))?.name).toBe('ITO, Haruka');
  expect(await finder.patientById(doctor, 'other')).toBeUndefined();
  expect(await finder.patientById(doctor, 'none')).toBeUndefined();
  expect(await finder.patientById(doctor, '../metadata')).toBeUndefined();
});

test('R-094 visits of a patient whom they may open, newest first; a visit of another patient is not there', async () => {
  for (const [id, patient, start] of [
    ['v1', 'ito', '2025-01-01T08:00:00Z'],
    ['v2', 'ito', '2026-01-01T08:00:00Z'],
    ['v3', 'other', '2026-02-01T08:00:00Z'],
  ] as const)
    await place.put({
      resourceType: 'Encounter',
      id,
      status: 'finished',
      class: { code: 'AMB', display: 'ambulatory' },
      subject: { reference: `Patient/${patient}` },
      period: { start },
    });
  expect((await finder.encountersFor(doctor, 'ito')).map(({ id, name }) => [id, name])).toEqual([
    ['v2', 'ambulatory'],
    ['v1', 'ambulatory'],
  ]);
  expect(await finder.encountersFor(doctor, 'other')).toEqual([]);
  expect(await finder.encounterById(doctor, 'ito', 'v1')).toMatchObject({ id: 'v1', start: '2025-01-01T08:00:00Z' });
  expect(await finder.encounterById(doctor, 'ito', 'v3')).toBeUndefined();
  expect(await finder.encounterById(doctor, 'ito', 'v1&_id=v3')).toBeUndefined();
});

test('somebody without a role sees nobody', async () => {
  expect(await finder.patientsFor({ ...doctor, roles: [] }, '')).toEqual([]);
});

test('what was typed is a value, not a query', async () => {
  expect(await finder.patientsFor(doctor, 'x&_id=other')).toEqual([]);
  expect(await finder.patientsFor(doctor, 'Ito,Okafor')).toEqual([]);
});

test('R-156 each look is recorded as theirs, and from where', async () => {
  await finder.patientById({ ...doctor, address: '198.51.100.7' }, 'ito');
  expect(gateway.audit.last.caller).toMatchObject({ kind: 'user', user: { id: 'p1' }, client: { id: 'fireguard-sign-in' } });
  expect(gateway.audit.last.address).toBe('198.51.100.7');
  await finder.patientById(doctor, 'ito');
  expect(gateway.audit.last).not.toHaveProperty('address');
});

test('the picker shows what the API would show from where the person is', async () => {
  const [directory, treat] = POLICY.rules;
  const inside = { ...treat, environment: { networks: ['10.0.0.0/8'] } };
  const house = await startGateway({ upstream: place.server.url, policies: [{ ...POLICY, rules: [directory, inside] }] });
  const found = patientFinder(house.use);
  expect((await found.patientById({ ...doctor, address: '10.1.2.3' }, 'ito'))?.name).toBe('ITO, Haruka');
  for (const elsewhere of [{ ...doctor, address: '198.51.100.7' }, doctor])
    expect(await found.patientById(elsewhere, 'ito')).toBeUndefined();
  await house.close();
});

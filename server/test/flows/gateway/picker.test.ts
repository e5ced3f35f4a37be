import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PatientFinder, patientFinder } from '../../../src/gateway/find-patients.ts';
import { type Gateway, startGateway } from './kit.ts';
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

test('somebody without a role sees nobody', async () => {
  expect(await finder.patientsFor({ ...doctor, roles: [] }, '')).toEqual([]);
});

test('what was typed is a value, not a query', async () => {
  expect(await finder.patientsFor(doctor, 'x&_id=other')).toEqual([]);
  expect(await finder.patientsFor(doctor, 'Ito,Okafor')).toEqual([]);
});

test('each look is recorded as theirs', () => {
  expect(gateway.audit.last.caller).toMatchObject({ kind: 'user', user: { id: 'p1' }, client: { id: 'fireguard-sign-in' } });
});

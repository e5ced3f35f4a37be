/** services that are devices and organizations of the record, from their registration to the audit. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ExportPlace, exportPlace } from '../export/place.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

let place: ExportPlace;
const file = path.resolve(import.meta.dirname, '../../../policies/default.yaml');

beforeAll(async () => {
  place = await exportPlace({}, undefined, parse(readFileSync(file, 'utf8')) as object);
  await place.ward.put({ resourceType: 'Organization', id: 'clinic', name: 'Clinic' });
  await place.ward.put({
    resourceType: 'Patient',
    id: 'ours',
    managingOrganization: { reference: 'Organization/clinic' },
  });
  await place.ward.put({ resourceType: 'Device', id: 'oximeter', status: 'active', patient: { reference: 'Patient/ours' } });
});
afterAll(() => place?.close());

const register = (role: string, identity?: string): Promise<Backend> =>
  registerBackend(place.running.urls.issuer, place.running.adminToken!, [role], identity);

const asks = (target: string, token: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${place.running.urls.fhir}/${target}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
  });

const admin = async (target: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await fetch(`${place.running.urls.issuer}/admin${target}`, {
    ...init,
    headers: { authorization: `Bearer ${place.running.adminToken}`, 'content-type': 'application/json' },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const measured = (patient: string, device: string) => ({
  method: 'POST',
  body: JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '59408-5' }] },
    subject: { reference: `Patient/${patient}` },
    device: { reference: `Device/${device}` },
  }),
});

test('R-013 R-074 a device writes its own observations of its own patient, and the audit names the device', async () => {
  const token = await (await register('device', 'Device/oximeter')).token('system/*.cruds');
  expect((await asks('Observation', token, measured('ours', 'oximeter'))).status).toBe(201);
  expect((await asks('Observation', token, measured('mine', 'oximeter'))).status).toBeGreaterThanOrEqual(403);
  expect((await asks('Observation', token, measured('ours', 'scale'))).status).toBeGreaterThanOrEqual(403);
  expect((await asks('Patient/ours', token)).status).toBe(403);

  const { body } = await admin('/audit?kind=request&limit=20');
  const records = body['records'] as { event: string; action: string; outcome: string; client?: unknown }[];
  const written = records.find(({ action, outcome }) => action === 'create' && outcome === 'permit');
  expect(written?.client).toMatchObject({ name: 'A backend', identity: 'Device/oximeter' });
  const event = (await admin(`/audit/${written!.event}`)).body;
  expect(JSON.stringify(event)).toContain('"reference":"Device/oximeter"');
});

test('R-013 R-076 a service of an organization reads the records that the organization keeps, as long as it is linked to it', async () => {
  const backend = await register('organization-service', 'Organization/clinic');
  const token = await backend.token('system/*.rs');
  expect((await asks('Patient/ours', token)).status).toBe(200);
  expect((await asks('Patient/mine', token)).status).toBe(404);
  const found = (await (await asks('Patient?_count=50', token)).json()) as { entry?: { resource: { id: string } }[] };
  expect(found.entry?.map(({ resource }) => resource.id)).toEqual(['ours']);

  const shown = await admin(`/clients/${backend.id}`);
  expect(shown.body['identity']).toBe('Organization/clinic');
  const { name, redirectUris, scope, roles, jwks } = shown.body;
  const changed = await admin(`/clients/${backend.id}`, {
    method: 'PUT',
    body: JSON.stringify({ name, redirectUris, scope, roles, jwks }),
  });
  expect([changed.status, changed.body['identity']]).toEqual([200, null]);
  expect((await asks('Patient/ours', token)).status).toBe(404);
});

test('an app is nobody of the record, and a service no person of it', async () => {
  const refused = (body: object) =>
    admin('/clients', { method: 'POST', body: JSON.stringify({ name: 'X', roles: [], ...body }) });
  const app = await refused({ kind: 'public', redirectUris: ['http://localhost:9/x'], identity: 'Device/oximeter' });
  expect(app.status).toBe(400);
  const person = await refused({ kind: 'backend', jwksUri: 'https://x.example/jwks', identity: 'Practitioner/doc' });
  expect(person.status).toBe(400);
});

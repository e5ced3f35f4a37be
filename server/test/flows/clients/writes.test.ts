/** What @medplum/core, fhirclient and fhir-kit-client offer beyond reading: every kind of request that their APIs have, unmodified, by a physician. */
import { createRequire } from 'node:module';
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core';
import { Client } from 'fhir-kit-client';
import * as openid from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Place, startPlace } from './place.ts';

const scope = 'openid fhirUser launch/patient offline_access patient/*.cruds user/*.cruds';
const callback = 'http://localhost:9/callback';

let place: Place;
let token: string;
let patient: string;
beforeAll(async () => {
  place = await startPlace();
  const { id } = await place.app('public', callback, { scope });
  const config = await openid.discovery(new URL(place.issuer), id, undefined, openid.None());
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope,
    state: 's',
    aud: place.fhir,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const back = new URL((await place.approve(url.href)).url);
  const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState: 's' });
  token = tokens.access_token;
  patient = String(tokens['patient']);
});
afterAll(() => place?.stop());

const weight = (kilograms: number) => ({
  resourceType: 'Observation' as const,
  status: 'final' as const,
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2026-11-20',
  valueQuantity: { value: kilograms, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

interface Kept {
  readonly id: string;
  readonly meta: { readonly versionId?: string };
  readonly valueQuantity?: { readonly value?: number };
  readonly status?: string;
}

const refused = (status: number) => ({ response: { status } });

test('R-094 fhir-kit-client: create, read, vread, update, patch, delete', async () => {
  const kit = new Client({ baseUrl: place.fhir, bearerToken: token });
  const made = (await kit.create({ resourceType: 'Observation', body: weight(70) as never })) as unknown as Kept;
  const at = { resourceType: 'Observation', id: made.id };
  const body = { ...weight(71), id: made.id };
  expect(await kit.update({ ...at, body: body as never })).toMatchObject({ id: made.id });
  const jsonPatch = [{ op: 'replace', path: '/status', value: 'amended' }];
  await kit.patch({ ...at, jsonPatch: jsonPatch as never });
  const now = (await kit.read(at)) as unknown as Kept;
  expect(now).toMatchObject({ status: 'amended', valueQuantity: { value: 71 } });
  const history = (await kit.history(at)) as unknown as { readonly entry: readonly { readonly resource: Kept }[] };
  expect(history.entry.map(({ resource }) => resource.valueQuantity?.value)).toEqual([71, 71, 70]);
  const version = String(history.entry.at(-1)?.resource.meta.versionId);
  expect(await kit.vread({ ...at, version })).toMatchObject({ valueQuantity: { value: 70 } });
  await kit.delete(at);
  await expect(kit.read(at)).rejects.toMatchObject(refused(404));
});

test('R-094 fhir-kit-client: batch, transaction, operation, compartment, system search, pages both ways it has', async () => {
  const kit = new Client({ baseUrl: place.fhir, bearerToken: token });
  const request = { method: 'GET', url: `Patient/${patient}` };
  const batch = await kit.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [{ request }] } as never });
  expect(batch).toMatchObject({ type: 'batch-response', entry: [{ response: { status: expect.stringMatching(/^200/) } }] });
  const post = { resource: weight(72), request: { method: 'POST', url: 'Observation' } };
  const both = await kit.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: [post] } as never });
  expect(both).toMatchObject({ entry: [{ response: { status: expect.stringMatching(/^201/) } }] });
  expect(await kit.operation({ name: '$everything', resourceType: 'Patient', id: patient, method: 'GET' })).toMatchObject({
    resourceType: 'Bundle',
  });
  const compartment = { resourceType: 'Patient', id: patient };
  const found = await kit.compartmentSearch({ resourceType: 'Observation', compartment, searchParams: { _count: 1 } });
  expect(found).toMatchObject({ entry: [{ resource: { resourceType: 'Observation' } }] });
  expect(await kit.systemSearch({ searchParams: { _type: 'Patient', _id: patient } as never })).toMatchObject({
    entry: [{ resource: { id: patient } }],
  });
  expect(await kit.resolve({ reference: `Patient/${patient}` })).toMatchObject({ id: patient });
  expect(await kit.request(`Patient/${patient}`)).toMatchObject({ id: patient });
});

test('R-094 @medplum/core: create, update, patch, history, delete, batch', async () => {
  const client = new MedplumClient({
    baseUrl: `${place.issuer}/`,
    fhirUrlPath: place.fhir,
    storage: new ClientStorage(new MemoryStorage()),
    extendedMode: false,
  } as ConstructorParameters<typeof MedplumClient>[0]);
  client.setAccessToken(token);
  const made = await client.createResource(weight(80));
  const id = String(made.id);
  expect(await client.updateResource({ ...made, ...weight(81) })).toMatchObject({ id, valueQuantity: { value: 81 } });
  await client.patchResource('Observation', id, [{ op: 'replace', path: '/status', value: 'amended' }]);
  client.invalidateAll();
  expect(await client.readResource('Observation', id)).toMatchObject({ status: 'amended' });
  expect((await client.readHistory('Observation', id)).entry).toHaveLength(3);
  const entry = [{ request: { method: 'GET' as const, url: `Observation/${id}` } }];
  const answer = await client.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  expect(answer.entry?.[0]?.resource).toMatchObject({ id });
  await client.deleteResource('Observation', id);
  client.invalidateAll();
  await expect(client.readResource('Observation', id)).rejects.toThrow();
});

test('R-094 fhirclient: create, update, patch, delete, and requests with all pages and resolved references', async () => {
  const smart = createRequire(import.meta.url)('fhirclient') as (
    request: object,
    response: object,
    storage: object,
  ) => {
    client(state: object): {
      create(resource: object): Promise<Kept>;
      update(resource: object): Promise<Kept>;
      patch(url: string, patch: readonly object[]): Promise<Kept>;
      delete(url: string): Promise<unknown>;
      request<Answer>(url: string, options?: object): Promise<Answer>;
    };
  };
  const client = smart({ headers: {}, url: '/' }, {}, {}).client({
    serverUrl: place.fhir,
    tokenResponse: { access_token: token, patient },
  });
  const made = await client.create(weight(90));
  expect(await client.update({ ...weight(91), id: made.id })).toMatchObject({ id: made.id });
  await client.patch(`Observation/${made.id}`, [{ op: 'replace', path: '/status', value: 'amended' }]);
  const pages = await client.request<readonly { readonly entry?: readonly object[] }[]>(
    `Observation?patient=${patient}&_count=5`,
    { pageLimit: 2 },
  );
  expect(pages).toHaveLength(2);
  const resolved = await client.request<{ readonly subject?: { readonly resourceType?: string } }>(`Observation/${made.id}`, {
    resolveReferences: 'subject',
  });
  expect(resolved.subject?.resourceType).toBe('Patient');
  await client.delete(`Observation/${made.id}`);
  await expect(client.request(`Observation/${made.id}`)).rejects.toThrow(/404|Not Found/i);
});

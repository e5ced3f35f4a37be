import { expect, test, vi } from 'vitest';
import { ask, ourBase, type Setting } from '../../test/host.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const anonymous = { kind: 'anonymous', client: undefined, user: undefined, token: undefined, scopes: [], roles: [] } as const;
const authorization = { authorize: 'https://login.example/authorize', token: 'https://login.example/token' };
const setting = (): Setting => ({ upstream: new SmallUpstream(), policies: {}, caller: anonymous, authorization });

const operation = (id: string) => ({
  name: id.slice(id.indexOf('-') + 1),
  definition: `http://hl7.org/fhir/OperationDefinition/${id}`,
});

test('R-014 R-036 the statement is ours, for anybody, and tells nothing of what runs behind', () => {
  const { status, json, text } = ask(setting(), { target: '/metadata' });
  expect(status).toBe(200);
  expect(text).not.toMatch(/acme/i);
  expect(text).not.toContain(upstreamBase);
  expect(json).toEqual({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-06-01',
    kind: 'instance',
    software: { name: 'Fireguard' },
    implementation: { description: 'FHIR, guarded', url: ourBase },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/merge-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [
                { url: 'authorize', valueUri: authorization.authorize },
                { url: 'token', valueUri: authorization.token },
              ],
            },
          ],
          cors: true,
          service: ['SMART-on-FHIR', 'OAuth'].map((code) => ({
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code }],
          })),
        },
        resource: [
          {
            type: 'Observation',
            interaction: ['read', 'vread', 'update', 'patch', 'delete', 'history-type', 'create', 'search-type'].map(
              (code) => ({
                code,
              }),
            ),
            versioning: 'versioned-update',
            updateCreate: false,
            conditionalCreate: true,
            conditionalRead: 'full-support',
            conditionalUpdate: true,
            conditionalDelete: 'single',
            searchInclude: ['Observation:patient'],
            searchParam: [
              { name: 'code', type: 'token' },
              { name: 'patient', type: 'reference' },
            ],
            operation: ['Observation-lastn', 'Resource-meta', 'Resource-validate'].map(operation),
          },
          {
            type: 'Patient',
            interaction: [{ code: 'read' }, { code: 'search-type' }],
            updateCreate: false,
            conditionalRead: 'full-support',
            searchParam: [{ name: 'family', type: 'string' }],
            searchRevInclude: ['Observation:patient'],
            operation: ['Patient-everything', 'Resource-meta', 'Resource-validate', 'Patient-match'].map(operation),
          },
        ],
        interaction: [{ code: 'search-system' }, { code: 'batch' }],
      },
    ],
  });
});

test('without If-Match upstream no change is offered', () => {
  const { json } = ask({ ...setting(), dialect: { ifMatch: false } }, { target: '/metadata' });
  expect(json).not.toHaveProperty('patchFormat');
  expect(json.rest[0].resource[0].interaction.map(({ code }: { code: string }) => code)).toEqual([
    'read',
    'vread',
    'history-type',
    'create',
    'search-type',
  ]);
});

test.each([{ status: 500 }, { status: 404 }, { body: new TextEncoder().encode('{"resourceType":"Patient"}') }])(
  '%j: unavailable',
  (answer) => {
    const one = setting();
    one.upstream.misbehave = () => answer;
    expect(ask(one, { target: '/metadata' }).problem?.code).toBe('upstream-unavailable');
  },
);

test('it can be had in XML', () => {
  const { status, text } = ask(
    { upstream: new SmallUpstream(), policies: {}, authorization: undefined },
    { target: '/metadata?_format=xml' },
  );
  expect(status).toBe(200);
  expect(text).toContain('<fhirVersion value="4.0.1"/>');
  expect(text).not.toMatch(/acme/i);
});

/** A small ward on the demo FHIR server: two patients, one in the physician's care; written through the server's own API. */
import { type RunningFhirServer, startFhirServer } from '../../../../demo/src/fhir-server/start-fhir-server.ts';
import { CREDENTIAL } from './kit.ts';

export interface Ward {
  readonly server: RunningFhirServer;
  put(resource: { resourceType: string; id: string } & Record<string, unknown>): Promise<void>;
  raw(path: string): Promise<string>;
}

export async function ward(): Promise<Ward> {
  const server = await startFhirServer({ port: 0, credential: CREDENTIAL });
  const headers = { authorization: `Bearer ${CREDENTIAL}`, 'content-type': 'application/fhir+json' };
  const put: Ward['put'] = async (resource) => {
    const answer = await fetch(`${server.url}/${resource.resourceType}/${resource.id}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(resource),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  };
  await put({ resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Adebayo' }] });
  await put({
    resourceType: 'Patient',
    id: 'mine',
    name: [{ family: 'Lindqvist' }],
    generalPractitioner: [{ reference: 'Practitioner/doc' }],
  });
  await put({ resourceType: 'Patient', id: 'other', name: [{ family: 'Okafor' }] });
  for (const patient of ['mine', 'other']) {
    for (const number of [1, 2, 3]) {
      await put({
        resourceType: 'Observation',
        id: `${patient}-${number}`,
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
        subject: { reference: `Patient/${patient}` },
        valueQuantity: { value: 60 + number, unit: '/min' },
      });
    }
  }
  return { server, put, raw: async (path) => (await fetch(`${server.url}/${path}`, { headers })).text() };
}

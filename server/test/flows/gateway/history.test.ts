import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

const POLICY = {
  policySet: 'history-tests',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-treat',
      description: 'A physician may see the record of a patient in their care, and how it came to be.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: { group: ['R'] },
      resources: { categories: ['patient'] },
    },
  ],
};
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

beforeAll(async () => {
  place = await ward();
  const state = (id: string, status: string, more: object = {}) =>
    place.put({
      resourceType: 'Observation',
      id,
      status,
      code: { text: 'x' },
      subject: { reference: 'Patient/mine' },
      ...more,
    });
  const restricted = { meta: { security: [{ system: CONFIDENTIALITY, code: 'R' }] } };
  await state('once', 'preliminary');
  await state('once', 'amended', restricted);
  await state('once', 'final');
  await state('now', 'final');
  await state('now', 'amended', restricted);
  gateway = await startGateway({ upstream: place.server.url, policies: [POLICY] });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const history = async (path: string) => {
  const answer = await gateway.get(path, gateway.token());
  return { status: answer.status, bundle: await answer.json() };
};
const told = (bundle: { entry?: { resource: { id: string; status: string } }[] }) =>
  (bundle.entry ?? []).map(({ resource }) => `${resource.id} ${resource.status}`);

test('R-079 of an instance on the real server: what is visible by itself, of what is visible now', async () => {
  const { status, bundle } = await history('/Observation/once/_history');
  expect([status, bundle.total, told(bundle)]).toEqual([200, 2, ['once final', 'once preliminary']]);
  const [hidden, absent] = [await history('/Observation/now/_history'), await history('/Observation/none/_history')];
  expect([hidden.status, hidden.bundle]).toEqual([404, absent.bundle]);
});

test('R-079 of a type and of the system, in pages of our own', async () => {
  const all: string[] = [];
  let path: string | undefined = '/Observation/_history?_count=2';
  for (let page = 0; path !== undefined && page < 9; page++) {
    const { bundle }: Awaited<ReturnType<typeof history>> = await history(path);
    all.push(...told(bundle));
    const next = bundle.link.find(({ relation }: { relation: string }) => relation === 'next');
    path = next?.url.slice(gateway.base.length);
  }
  expect(all).toEqual(['once final', 'once preliminary', 'mine-3 final', 'mine-2 final', 'mine-1 final']);
  const { bundle } = await history('/_history');
  expect(JSON.stringify(bundle)).not.toMatch(/other|Okafor|amended/);
  expect(bundle.total).toBe(6);
});

/** whoever sees a container sees what is in it; so it is decided with its content, and a document leaves whole or not at all. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

const rule = (id: string, types: readonly string[], more: object = {}) => ({
  id,
  description: 'Whoever is meant may read what is named.',
  effect: 'permit',
  interactions: ['read', 'search', 'vread', 'history-instance', 'create', 'update'],
  resources: { types },
  ...more,
});
const treating = { caller: { relations: ['general-practitioner'] } };
const usual = [
  rule('own-patients', ['Patient', 'Observation', 'Composition', 'Bundle', 'List', 'Group', 'Encounter'], treating),
  rule('directory', ['Practitioner', 'Organization']),
];
const decideBy = (...rules: readonly object[]) =>
  gateway.decideBy([{ policySet: 'containers', version: 1, combining: 'deny-overrides', rules }]);

const observation = (patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id: 'inner',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
const composition = {
  resourceType: 'Composition',
  id: 'c',
  status: 'final',
  type: { text: 'summary' },
  date: '2026-01-01',
  author: [{ reference: 'Practitioner/doc' }],
  title: 'Summary',
  subject: { reference: 'Patient/mine' },
};
const author = { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Adebayo' }] };
const bundle = (id: string, ...entries: readonly object[]) => ({
  resourceType: 'Bundle',
  id,
  type: 'document',
  identifier: { system: 'urn:x', value: id },
  timestamp: '2026-01-01T00:00:00Z',
  entry: entries.map((resource) => ({
    fullUrl: `urn:uuid:${createHash('md5').update(JSON.stringify(resource)).digest('hex')}`,
    resource,
  })),
  signature: {
    type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
    when: '2026-01-01T00:00:00Z',
    who: { reference: 'Practitioner/doc' },
    data: 'c2lnbmVk',
  },
});
const mine = { resourceType: 'Patient', id: 'mine', generalPractitioner: [{ reference: 'Practitioner/doc' }] };

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url, protected: true });
  const documents = [
    bundle('plain', composition, observation('mine'), author, mine),
    bundle('with-another', composition, observation('other')),
    bundle('with-a-condition', composition, { resourceType: 'Condition', id: 'x', subject: { reference: 'Patient/mine' } }),
    bundle(
      'with-hiv',
      composition,
      observation('mine', { code: { coding: [{ system: 'http://loinc.org', code: '7917-8' }] } }),
    ),
    bundle('with-address', composition, { ...mine, address: [{ city: 'MARKER' }] }),
    bundle('with-narrative', composition, {
      ...mine,
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">MARKER</div>' },
    }),
    bundle('with-birth-date', composition, { ...author, birthDate: '1970-01-01' }),
    {
      ...bundle('nested', composition),
      type: 'collection',
      entry: [{ resource: bundle('deep', mine, { ...author, birthDate: '1970-01-01' }) }, { resource: observation('mine') }],
    },
    { ...bundle('visit', composition, observation('mine', { encounter: { reference: 'Encounter/secret-visit' } })) },
  ];
  await place.put({
    resourceType: 'Encounter',
    id: 'secret-visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/mine' },
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'V' }] },
  });
  for (const one of documents) await place.put(one);
  for (const [id, targets] of [
    ['of-mine', ['Observation/mine-1', 'Observation/mine-2']],
    ['of-both', ['Observation/mine-1', 'Observation/other-1']],
  ] as const)
    await place.put({
      resourceType: 'List',
      id,
      status: 'current',
      mode: 'working',
      subject: { reference: 'Patient/mine' },
      entry: targets.map((reference) => ({ item: { reference } })),
    });
  for (const [id, members] of [
    ['mine', ['mine']],
    ['both', ['mine', 'other']],
  ] as const)
    await place.put({
      resourceType: 'Group',
      id,
      type: 'person',
      actual: true,
      member: members.map((one) => ({ entity: { reference: `Patient/${one}` } })),
    });
  const contained = (id: string, inner: object) =>
    place.put({ ...observation('mine'), id, contained: [{ id: 'inner', ...inner }] });
  await contained('contained-other', observation('other'));
  await contained('contained-hiv', {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '7917-8' }] },
    subject: { reference: 'Patient/mine' },
  });
  await contained('contained-plain', author);
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const read = async (path: string, token = gateway.token()) => {
  const answer = await gateway.get(path, token);
  return { status: answer.status, text: await answer.text() };
};
const found = async (token = gateway.token()) => {
  const { text } = await read('/Bundle?_count=50', token);
  return (JSON.parse(text).entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort();
};

test('R-084 R-154 a document with something closed in it is as absent, and one without leaves to the byte', async () => {
  decideBy(...usual);
  const { status, text } = await read('/Bundle/plain');
  expect(status).toBe(200);
  expect(text).toBe(await place.raw('Bundle/plain'));
  for (const id of ['with-another', 'with-a-condition', 'with-hiv', 'visit', 'absent'])
    expect((await read(`/Bundle/${id}`)).status, id).toBe(404);
  expect(await found()).toEqual(['nested', 'plain', 'with-address', 'with-birth-date', 'with-narrative']);
  await read('/Bundle/with-a-condition');
  expect(gateway.audit.last).toMatchObject({ outcome: 'deny', rules: ['builtin:inside', expect.stringContaining('builtin')] });
});

test('R-084 the scope of a token reaches what is inside, or not the container either', async () => {
  decideBy(...usual);
  expect((await read('/Bundle/plain', gateway.token({ scope: 'user/Bundle.rs' }))).status).toBe(404);
  const enough = 'user/Bundle.rs user/Composition.rs user/Observation.rs user/Practitioner.rs user/Patient.rs';
  expect((await read('/Bundle/plain', gateway.token({ scope: enough }))).status).toBe(200);
});

test('R-146 R-154 a document is not edited in silence: what a mask would take from it closes it, at any depth', async () => {
  decideBy({ ...usual[0]!, mask: ['Patient.address'] }, usual[1]!, {
    id: 'private-details',
    description: 'What is private of staff is shown to nobody.',
    effect: 'deny',
    interactions: { group: ['R'] },
    resources: { types: ['Practitioner'] },
    elements: ['Practitioner.birthDate'],
  });
  for (const id of ['with-address', 'with-narrative', 'with-birth-date', 'nested'])
    expect((await read(`/Bundle/${id}`)).status, id).toBe(404);
  const { status, text } = await read('/Bundle/plain');
  expect(status).toBe(200);
  expect(text).toBe(await place.raw('Bundle/plain'));
  expect(JSON.parse(text).signature.data).toBe('c2lnbmVk');
  expect(await found()).toEqual(['plain']);
  expect((await read('/Bundle?_count=50')).text).not.toMatch(/MARKER|1970-01-01/);
});

test('R-084 a list and a group are seen by whoever sees all that they name, and what is contained counts', async () => {
  decideBy(...usual);
  const status = async (path: string) => (await read(path)).status;
  expect([await status('/List/of-mine'), await status('/List/of-both')]).toEqual([200, 404]);
  expect([await status('/Group/mine'), await status('/Group/both')]).toEqual([200, 404]);
  expect(await status('/Observation/contained-plain')).toBe(200);
  expect(await status('/Observation/contained-other')).toBe(404);
  expect(await status('/Observation/contained-hiv')).toBe(404);
});

// hardening B5-70, B10-114 to B10-128: what travels inside a resource that may be seen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, encounter, observation, patient, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

beforeAll(async () => {
  place = await twoWards([
    {
      id: 'pictures',
      description: 'A physician may read what was attached.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: ['read', 'search'],
      resources: { types: ['Binary', 'Group', 'Device', 'Bundle'] },
    },
    {
      id: 'papers-withheld',
      description: 'What was written is for others.',
      effect: 'deny',
      interactions: { group: ['R'] },
      resources: { types: ['DocumentReference'] },
      elements: ['DocumentReference.content'],
    },
    {
      id: 'homes-withheld',
      description: 'Where practitioners live is for others.',
      effect: 'deny',
      interactions: { group: ['R'] },
      resources: { types: ['Practitioner'] },
      elements: ['Practitioner.address'],
    },
    {
      id: 'physicians-correct',
      description: 'A physician may correct what was observed of their patients.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: ['update', 'patch'],
      resources: { types: ['Observation'] },
    },
  ]);
  for (const [at, { put }] of place.wards.entries()) {
    const street = at === 0 ? 'Elm Street' : 'Oak Street';
    const doctor = { resourceType: 'Practitioner', id: 'who', name: [{ family: 'House' }], address: [{ text: street }] };
    await put({
      ...observation('by-somebody', 'mine'),
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${street}</div>` },
      performer: [{ reference: '#who' }],
      contained: [
        { ...doctor, text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${street}</div>` } },
      ],
    });
    await put({
      ...observation('carrier', 'mine'),
      contained: [{ resourceType: 'Condition', id: 'in', meta: R, subject: { reference: 'Patient/mine' } }],
    });
    await put({ ...observation('stranger-inside', 'mine'), contained: [{ ...patient('in', 'Okafor') }] });
    await put({
      ...encounter('told', 'mine'),
      reasonCode: [{ text: 'hiv' }],
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">hiv</div>' },
    });
    await put({
      ...encounter('siblings', 'mine'),
      reasonCode: [{ extension: [{ url: 'urn:x', valueString: 'hiv' }], text: 'hiv' }],
    });
    await put({ ...encounter('copy', 'mine'), contained: [{ ...encounter('in', 'mine'), reasonCode: [{ text: 'hiv' }] }] });
    await put({
      resourceType: 'Group',
      id: 'both',
      type: 'person',
      actual: true,
      member: ['mine', 'other'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
    });
    await put({
      resourceType: 'Group',
      id: 'own',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/mine' } }],
    });
    await put({ resourceType: 'Binary', id: 'loose', contentType: 'text/plain', data: 'aGl2' });
    await put({
      resourceType: 'Binary',
      id: 'theirs',
      contentType: 'text/plain',
      data: 'aGl2',
      securityContext: { reference: 'Patient/other' },
    });
    await put({
      resourceType: 'Binary',
      id: 'ours',
      contentType: 'text/plain',
      data: 'aGl2',
      securityContext: { reference: 'Patient/mine' },
    });
    await put({
      resourceType: 'Provenance',
      id: 'why',
      recorded: '2024-01-01T00:00:00Z',
      target: [{ reference: 'Observation/secret' }, { reference: 'Patient/other' }],
      agent: [{ who: { reference: 'Practitioner/doc' } }],
    });
    await put({
      resourceType: 'DocumentReference',
      id: 'paper',
      status: 'current',
      subject: { reference: 'Patient/mine' },
      content: [{ attachment: { url: 'https://files.example/hiv.pdf', hash: 'aGl2', title: 'hiv' } }],
    });
    const signature = {
      type: [{ code: 'x' }],
      when: '2024-01-01T00:00:00Z',
      who: { reference: 'Practitioner/doc' },
      data: 'aGl2',
    };
    const signed = (id: string, ...inside: readonly object[]) => ({
      ...{ resourceType: 'Bundle', id, type: 'collection', signature },
      entry: inside.map((resource) => ({ resource })),
    });
    await put(signed('signed', observation('within', 'mine')));
    await put(signed('signed-with-more', observation('within', 'mine'), { ...observation('without', 'mine'), meta: R }));
    await put({ ...observation('about-two', 'mine'), performer: [{ reference: 'Patient/other' }] });
    await put({
      ...observation('category', 'mine'),
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }] },
    });
    await put({
      ...observation('inline', 'mine'),
      note: [
        {
          text: 'x',
          extension: [
            {
              url: 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label',
              valueCoding: R.security[0],
            },
          ],
        },
      ],
    });
  }
});
afterAll(async () => place?.close());

test.each([
  ['B10-114 a resource that carries a restricted one', '/Observation/carrier'],
  ['B10-114 a resource that carries a patient whom nobody can name', '/Observation/stranger-inside'],
  ['B10-119 what lists a hidden member', '/Group/both'],
  ['B10-123 what is about two patients, one of them a stranger', '/Observation/about-two'],
  ['B10-120 what a label calls by its category', '/Observation/category'],
  ['B10-118 what is labelled in an extension', '/Observation/inline'],
  ['B10-121 who did what to hidden things', '/Provenance/why'],
  ['B10-126 what is signed together with something restricted', '/Bundle/signed-with-more'],
  ['B10-124 a Binary of nobody', '/Binary/loose'],
  ['B10-124 a Binary of another', '/Binary/theirs'],
])('R-204 %s is as absent', async (_, path) => {
  const [hidden, absent] = [await place.alike({ path }), await ask(place.a, { path: path.replace(/[^/]+$/, 'never') })];
  expect(hidden).toEqual(absent);
  expect(hidden.status).toBe(404);
});

test('B10-124 a Binary of the patient at hand may be read', async () => {
  expect((await place.alike({ path: '/Binary/ours' })).status).toBe(200);
});

test('B10-123 a group of nobody else may be read', async () => {
  expect((await place.alike({ path: '/Group/own' })).status).toBe(200);
});

test.each(['told', 'siblings', 'copy', 'seen'])(
  'B10-116 B10-117 B10-118 B10-114 what is masked is nowhere else either: Encounter/%s',
  async (id) => {
    const told = await place.alike({ path: `/Encounter/${id}` });
    expect([200, told.text.includes('hiv')]).toEqual([told.status, false]);
  },
);

describe('R-155 B10-114 what is contained is masked as its own type is', () => {
  const path = '/Observation/by-somebody';
  const patch = (...operations: readonly object[]) => ({
    method: 'PATCH',
    path,
    headers: { 'content-type': 'application/json-patch+json' },
    body: operations,
  });

  test.each([path, '/Observation?_id=by-somebody', `${path}/_history/1`, `${path}?_format=xml`])(
    'shown by %s',
    async (path) => {
      const told = await place.alike({ path });
      expect([told.status, told.text.includes('House'), told.text.includes('SUBSETTED')]).toEqual([200, true, true]);
      expect(told.text).not.toMatch(/Street|"address"/);
      expect(told.headers.etag).toBeUndefined();
    },
  );

  test('a patch cannot be made to tell it', async () => {
    for (const street of ['Elm Street', 'Oak Street']) {
      const told = await place.alike(patch({ op: 'test', path: '/contained/0/address/0/text', value: street }));
      expect(told.status).toBe(403);
    }
  });

  test('an update cannot replace it, and keeps it', async () => {
    const read = JSON.parse((await place.alike({ path })).text);
    const { meta: _, contained, ...rest } = read;
    const put = (body: object) => place.alike({ method: 'PUT', path, body });
    expect((await put({ ...rest, contained })).status).toBe(403);
    expect((await put({ ...rest, valueString: 'corrected' })).status).toBe(200);
    for (const ward of place.wards) expect(await ward.raw('Observation/by-somebody')).toMatch(/"address".*(Elm|Oak) Street/s);
  });
});

test.each(['json', 'xml'])(
  'B5-70 what could run is served as data, in %s: no cookie, no type to guess, a sandbox',
  async (format) => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>';
    for (const { put } of place.wards) await put({ ...observation('active', 'mine'), text: { status: 'generated', div } });
    const { status, headers } = await place.alike({ path: `/Observation/active?_format=${format}` });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(`application/fhir+${format}`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
    expect(headers['set-cookie']).toBeUndefined();
  },
);

test('B10-125 where content lies and what its hash is goes with the element that is withheld', async () => {
  const told = await place.alike({ path: '/DocumentReference/paper' });
  expect([told.status, /files\.example|aGl2|hiv/.test(told.text)]).toEqual([200, false]);
  for (const path of [
    '/DocumentReference?location=https://files.example/hiv.pdf',
    '/DocumentReference?patient=mine&location:missing=false',
  ])
    expect((await place.alike({ path })).text).not.toMatch(/"entry"/);
});

test('B10-126 what is signed is shown whole or not at all', async () => {
  const told = await place.alike({ path: '/Bundle/signed' });
  expect([told.status, JSON.parse(told.text).signature.data]).toEqual([200, 'aGl2']);
});

test('B10-127 the tag of a part view comes whether or not there was anything to withhold', async () => {
  for (const { put } of place.wards) await put(encounter('plain', 'mine'));
  for (const id of ['plain', 'seen']) expect((await place.alike({ path: `/Encounter/${id}` })).text).toContain('SUBSETTED');
});

test('B10-115 a reference stays as it is, whether its target is hidden or absent', async () => {
  for (const { put } of place.wards)
    await put({ ...observation('refers', 'mine'), derivedFrom: [{ reference: 'Observation/secret' }] });
  expect((await place.alike({ path: '/Observation/refers' })).text).toContain('Observation/secret');
});

test('B10-122 linked patients are not followed', async () => {
  for (const { put } of place.wards)
    await put({ ...patient('linked', 'Okafor'), link: [{ other: { reference: 'Patient/mine' }, type: 'seealso' }] });
  expect((await place.alike({ path: '/Patient/linked' })).status).toBe(404);
  expect((await place.alike({ path: '/Patient' })).text).not.toContain('linked');
});

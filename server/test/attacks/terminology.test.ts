// hardening B6-88, B2-21: terminology operations, and searches by value sets and hierarchies, are worked out of what may be seen; code systems and value sets that are hidden are as absent.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

const system = (id: string, url: string, codes: readonly string[], more: object = {}) => ({
  resourceType: 'CodeSystem',
  id,
  url,
  version: '1',
  name: id,
  status: 'active',
  content: 'complete',
  concept: codes.map((code) => ({ code, display: `Display ${code}` })),
  ...more,
});
const set = (id: string, include: object, more: object = {}) => ({
  resourceType: 'ValueSet',
  id,
  url: `urn:set:${id}`,
  status: 'active',
  compose: { include: [include] },
  ...more,
});

beforeAll(async () => {
  place = await twoWards();
  for (const one of place.wards) {
    const first = one === place.wards[0];
    await one.put(
      system('open', 'urn:open', [], {
        concept: [{ code: 'a', display: 'Display a', concept: [{ code: 'b', display: 'Display b' }] }, { code: 'c' }],
      }),
    );
    await one.put(set('open', { system: 'urn:open' }));
    await one.put(set('listed', { system: 'urn:elsewhere', concept: [{ code: 'x', display: 'Ex' }] }));
    // Hidden: here there, there not; another version; and what a visible set imports.
    if (first) await one.put(system('vip', 'urn:vip', ['film-star'], { meta: R }));
    if (first) await one.put(system('open-two', 'urn:open', ['ghost'], { version: '2', meta: R }));
    if (first) await one.put(set('vip', { system: 'urn:vip' }, { meta: R }));
    await one.put(set('of-vip', { system: 'urn:vip' }));
    await one.put(set('imports', { valueSet: ['urn:set:vip'] }));
    await one.put({ ...set('also', { system: 'urn:open', filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }) });
    await one.put({
      resourceType: 'ConceptMap',
      id: 'map',
      url: 'urn:map',
      status: 'active',
      group: [
        { source: 'urn:open', target: 'urn:other', element: [{ code: 'a', target: [{ code: 'z', equivalence: 'equal' }] }] },
      ],
    });
    if (first)
      await one.put({ resourceType: 'ConceptMap', id: 'hidden', url: 'urn:hidden', status: 'active', meta: R, group: [] });
  }
});
afterAll(async () => place?.close());

test.each([
  ['in=urn:set:open', 200],
  ['not-in=urn:set:open', 200],
  ['below=urn:open%7Ca', 200],
  ['above=urn:open%7Cb', 200],
  ['in=urn:set:vip', 422],
  ['not-in=urn:set:vip', 422],
  ['in=urn:set:of-vip', 422],
  ['in=urn:set:imports', 422],
  ['in=urn:set:none', 422],
  ['below=urn:vip%7Cfilm-star', 422],
  ['above=urn:open%7Cghost', 422],
  ['below=urn:none%7Cx', 422],
])('R-092 B2-21 a search by code:%s reads the terminology that may be seen', async (end, status) => {
  const told = await place.alike({ path: `/Observation?code:${end}` });
  expect(told.status, told.text).toBe(status);
});

const parameters = (...parameter: readonly object[]): Partial<Asked> => ({
  method: 'POST',
  body: { resourceType: 'Parameters', parameter },
});

/** What a server would say that held the visible resources alone, worked out by hand; undefined: that it cannot say. */
const cases: readonly (readonly [path: string, wanted: object | undefined, more?: Partial<Asked>])[] = [
  ['/ValueSet/$expand?url=urn:set:open', { expansion: { total: 3, contains: [{ code: 'a' }, { code: 'b' }, { code: 'c' }] } }],
  ['/ValueSet/open/$expand?filter=display&count=1&offset=1', { expansion: { total: 2, contains: [{ code: 'b' }] } }],
  ['/ValueSet/also/$expand', { expansion: { total: 2 } }],
  ['/ValueSet/listed/$expand', { expansion: { contains: [{ system: 'urn:elsewhere', code: 'x', display: 'Ex' }] } }],
  ['/ValueSet/$expand', { expansion: { total: 3 } }, parameters({ name: 'url', valueUri: 'urn:set:open' })],
  ['/ValueSet/$expand?url=urn:set:vip', undefined],
  ['/ValueSet/$expand?url=urn:set:none', undefined],
  ['/ValueSet/of-vip/$expand', undefined],
  ['/ValueSet/imports/$expand', undefined],
  ['/ValueSet/of-vip/$validate-code?system=urn:vip&code=film-star', undefined],
  ['/ValueSet/open/$validate-code?system=urn:open&code=b', { parameter: [{ name: 'result', valueBoolean: true }, {}] }],
  ['/ValueSet/open/$validate-code?system=urn:open&code=ghost', { parameter: [{ name: 'result', valueBoolean: false }, {}] }],
  ['/CodeSystem/$validate-code?url=urn:open&code=a&display=wrong', { parameter: [{ valueBoolean: false }, {}, {}] }],
  ['/CodeSystem/$validate-code?url=urn:vip&code=film-star', undefined],
  [
    '/CodeSystem/$lookup?system=urn:open&code=b',
    { parameter: [{ name: 'name', valueString: 'open' }, {}, { valueString: 'Display b' }, {}] },
  ],
  ['/CodeSystem/$lookup?system=urn:open&code=ghost', undefined],
  ['/CodeSystem/$lookup?system=urn:open&version=2&code=ghost', undefined],
  ['/CodeSystem/$lookup?system=urn:vip&code=film-star', undefined],
  ['/CodeSystem/$subsumes?system=urn:open&codeA=a&codeB=b', { parameter: [{ name: 'outcome', valueCode: 'subsumes' }] }],
  ['/CodeSystem/open/$subsumes?codeA=b&codeB=a', { parameter: [{ valueCode: 'subsumed-by' }] }],
  ['/CodeSystem/$subsumes?system=urn:open&codeA=a&codeB=c', { parameter: [{ valueCode: 'not-subsumed' }] }],
  ['/CodeSystem/$subsumes?system=urn:vip&codeA=film-star&codeB=film-star', undefined],
  ['/ConceptMap/$translate?url=urn:map&system=urn:open&code=a', { parameter: [{ name: 'result', valueBoolean: true }, {}] }],
  ['/ConceptMap/map/$translate?system=urn:open&code=b', { parameter: [{ name: 'result', valueBoolean: false }] }],
  ['/ConceptMap/$translate?url=urn:hidden&system=urn:open&code=a', undefined],
  [
    '/ConceptMap/$translate',
    { parameter: [{ valueBoolean: true }, {}] },
    parameters({ name: 'url', valueUri: 'urn:map' }, { name: 'coding', valueCoding: { system: 'urn:open', code: 'a' } }),
  ],
  [
    '/ValueSet/open/$validate-code',
    { parameter: [{ valueBoolean: true }, {}] },
    parameters({
      name: 'codeableConcept',
      valueCodeableConcept: {
        coding: [
          { system: 'urn:none', code: 'q' },
          { system: 'urn:open', code: 'a' },
        ],
      },
    }),
  ],
];

test.each(cases.map(([path, wanted, more]) => ({ path, wanted, more })))(
  'B6-88 $path is worked out of what is visible',
  async ({ path, wanted, more }) => {
    const { status, text } = await place.alike({ path, ...more });
    const body = JSON.parse(text.replace(/"timestamp":"[^"]*",/, ''));
    if (wanted === undefined) expect([status, body.issue[0].code]).toEqual([422, 'not-found']);
    else {
      expect(status, text).toBe(200);
      expect(body).toMatchObject(wanted);
    }
    expect(text).not.toMatch(/film-star"|ghost"/);
  },
);

test.each([
  ['/ValueSet/vip/$expand', 404],
  ['/ValueSet/none/$expand', 404],
  ['/ConceptMap/hidden/$translate?system=urn:open&code=a', 404],
  ['/CodeSystem/vip/$lookup?code=film-star', 404],
  ['/ValueSet/$expand?url=urn:set:open&context=x', 400],
  ['/ValueSet/$expand?url=urn:set:open&includeDesignations=true', 400],
  ['/ValueSet/$expand', 400],
  ['/ValueSet/$expand?url=urn:set:open&url=urn:set:vip', 400],
  ['/ValueSet/open/$expand?url=urn:set:vip', 400],
  ['/ValueSet/open/$validate-code?code=a', 400],
  ['/CodeSystem/$lookup?system=urn:open', 400],
  ['/ConceptMap/$translate?system=urn:open&code=a', 400],
  ['/ConceptMap/$closure', 404],
  ['/$expand?url=urn:set:open', 404],
  ['/Observation/$expand', 404],
] as const)('B6-88 %s is refused alike: %i', async (path, status) => {
  expect((await place.alike({ path })).status).toBe(status);
});

test('B6-88 a posted value set is not worked with', async () => {
  const { status } = await place.alike({
    method: 'POST',
    path: '/ValueSet/$expand',
    body: { resourceType: 'Parameters', parameter: [{ name: 'valueSet', resource: set('mine', { system: 'urn:vip' }) }] },
  });
  expect(status).toBe(400);
});

test('B6-88 a caller whose scope has no terminology gets none of it', async () => {
  const { status } = await place.alike({ path: '/ValueSet/open/$expand', token: { scope: 'user/Observation.rs' } });
  expect(status).toBe(403);
});

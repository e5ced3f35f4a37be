// hardening B6-79, B6-80, B6-83, B6-84: what an operation brings is what reads and searches would have brought, through the whole gateway.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

type Bundle = {
  readonly entry?: readonly { readonly fullUrl: string }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
};
const urls = (bundle: Bundle): string[] => (bundle.entry ?? []).map(({ fullUrl }) => fullUrl.replace(/^.*\/fhir\//, ''));

test('R-085 B6-79 $everything is the read and the searches of the compartment, page after page, alike in both wards', async () => {
  const expected = new Set(['Patient/mine']);
  for (const type of ['Observation', 'Encounter', 'Condition', 'Consent', 'CareTeam'])
    for (const url of urls(JSON.parse((await place.alike({ path: `/Patient/mine/${type}?_count=50` })).text)))
      expected.add(url);
  const whole = JSON.parse((await place.alike({ path: '/Patient/mine/$everything?_count=50' })).text);
  expect(new Set(urls(whole))).toEqual(expected);
  expect(urls(whole)).toHaveLength(expected.size);
  expect(expected.size).toBeGreaterThan(3);

  const seen: string[] = [];
  let url: string | undefined = `${place.a.base}/Patient/mine/$everything?_count=2`;
  for (let page = 0; url !== undefined && page < 20; page++) {
    const answer: Response = await fetch(url, { headers: { authorization: `Bearer ${place.a.token()}` } });
    expect(answer.status).toBe(200);
    const bundle: Bundle = JSON.parse(await answer.text());
    seen.push(...urls(bundle));
    url = bundle.link.find(({ relation }) => relation === 'next')?.url;
  }
  expect([...seen].sort()).toEqual([...expected].sort());
});

test('R-085 B6-79 each thing that $everything shows may be read, and reads the same', async () => {
  const bundle = JSON.parse((await place.alike({ path: '/Patient/mine/$everything?_count=50' })).text);
  for (const { resource } of bundle.entry) {
    const read = await ask(place.a, { path: `/${resource.resourceType}/${resource.id}` });
    expect(JSON.parse(read.text)).toEqual(resource);
  }
});

test('R-085 B6-83 $lastn of a patient who is hidden is that of one who is absent', async () => {
  const [hidden, absent] = [
    await place.alike({ path: '/Observation/$lastn?patient=other' }),
    await place.alike({ path: '/Observation/$lastn?patient=nobody' }),
  ];
  expect(hidden.text.replaceAll('other', 'nobody')).toBe(absent.text);
  expect(JSON.parse((await place.alike({ path: '/Observation/$lastn?patient=mine' })).text).total).toBeGreaterThan(0);
});

/** what a resource contains is masked as resources of its own type are, for every way to see it. */
import { describe, expect, test } from 'vitest';
import { ask } from '../../test/host.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { r4 } from '../fhir/r4.ts';
import { compilePolicies } from '../policy/compile-policies.ts';

const permit = (id: string, more: object) => ({
  id,
  description: 'The rule of the test.',
  effect: 'permit',
  interactions: { group: ['R'] },
  ...more,
});
const observations = permit('observations', { resources: { types: ['Observation'], categories: ['patient'] } });
const people = permit('people', { resources: { types: ['Practitioner'] }, mask: ['Practitioner.address'] });
const everything = (more: object) => permit('everything', { resources: { types: ['Practitioner'] }, ...more });
const narrative = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Elm</div>' };
const practitioner = { resourceType: 'Practitioner', id: 'who', name: [{ family: 'House' }], address: [{ text: 'Elm' }] };
const observation = (more: object) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  subject: { reference: 'Patient/p' },
  ...more,
});
const held = observation({ text: narrative, performer: [{ reference: '#who' }], contained: [practitioner] });

function asking(rules: readonly object[], resource: object, target = '/Observation/o') {
  const policies = compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], r4());
  return ask({ upstream: new SmallUpstream([resource] as never), policies, facts: { consents: {} } }, { target });
}

describe('a contained practitioner', () => {
  test('loses what is masked of practitioners, with the narrative of the whole and the word that it is not whole', () => {
    const { json } = asking([observations, people], held);
    const { address: _, ...rest } = practitioner;
    expect([json.contained, json.text, json.meta.tag[0].code]).toEqual([[rest], undefined, 'SUBSETTED']);
  });

  test('loses it wherever it lies, also inside what is contained', () => {
    const nested = { resourceType: 'Organization', id: 'org', contact: [{ name: { text: 'x' } }], contained: [practitioner] };
    const { text } = asking([observations, people], observation({ performer: [{ reference: '#org' }], contained: [nested] }));
    expect(text).not.toContain('Elm');
  });

  test('takes along what it alone leads to, and nothing that was loose before', () => {
    const loose = { resourceType: 'Organization', id: 'loose', name: 'Loose' };
    const led = { resourceType: 'Location', id: 'home', name: 'Elm' };
    const who = { ...practitioner, address: [{ extension: [{ url: 'urn:x', valueReference: { reference: '#home' } }] }] };
    const { json } = asking([observations, people], { ...held, contained: [who, led, loose] });
    expect(json.contained.map(({ id }: { id: string }) => id)).toEqual(['who', 'loose']);
  });

  test('is shown by a rule that asks nothing of it, and by none that asks something', () => {
    const address = (rules: readonly object[]) => asking([observations, people, ...rules], held).json.contained[0].address;
    expect(address([everything({})])).toEqual(practitioner.address);
    expect(address([everything({ mask: ['Practitioner.address.text'] })])).toBeUndefined();
    for (const resources of [
      { types: ['Practitioner'], where: [{ elements: ['Practitioner.gender'], in: ['male'] }] },
      { types: ['Practitioner'], labels: { any: ['http://x|y'] } },
    ])
      expect(address([everything({ resources })])).toBeUndefined();
    const related = everything({ caller: { relations: ['care-team'] } });
    expect(address([related])).toBeUndefined();
    const denied = { ...everything({}), id: 'no', effect: 'deny', elements: ['Practitioner.address'] };
    expect(address([everything({}), denied])).toBeUndefined();
  });

  test('leaves in silence where every rule that masks wants it', () => {
    const { json, headers } = asking([observations, { ...people, maskAs: 'silence' }], held);
    expect([json.contained[0].address, json.meta?.tag, headers['etag']]).toEqual([undefined, undefined, undefined]);
  });

  test('closes the stored Bundle in which it lies, when something would go', () => {
    const bundles = permit('bundles', {
      resources: { types: ['Bundle', 'Observation'], categories: ['patient', 'business', 'not-classified'] },
    });
    const bundle = (resource: object) => ({ resourceType: 'Bundle', id: 'b', type: 'collection', entry: [{ resource }] });
    expect(asking([bundles, people], bundle(held), '/Bundle/b').status).toBe(404);
    const { address: _, ...bare } = practitioner;
    const plain = observation({ performer: [{ reference: '#who' }], contained: [bare] });
    expect(asking([bundles, people], bundle(plain), '/Bundle/b').status).toBe(200);
  });
});

test('texts are not searched where they could tell it', () => {
  expect(asking([observations, people], held, '/Observation?_text=Elm').problem?.code).toBe('element-closed');
  expect(asking([observations], held, '/Observation?_text=Elm').problem?.code).not.toBe('element-closed');
});

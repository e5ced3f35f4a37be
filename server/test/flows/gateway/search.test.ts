/**
 * search-semantics §4 to §7 through real sockets, on the demo FHIR server with good manners and with every bad habit: chains, `_has`, includes, masked
 * criteria, sorts, counts and shortened resources over what the caller may see, in two worlds that look alike to the caller.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Habits } from '../../../../demo/src/fhir-server/habits.ts';
import { type RunningFhirServer, startFhirServer } from '../../../../demo/src/fhir-server/start-fhir-server.ts';
import { CREDENTIAL, type Gateway, startGateway } from './kit.ts';

// biome-ignore lint/suspicious/noExplicitAny: FHIR resources as they come
type Resource = any;

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const secret = { security: [{ system: CONFIDENTIALITY, code: 'V' }] };
/** Nobody sees names by which a family could be found, nor the ends of stays; the very restricted stays hidden. */
const policy = {
  policySet: 'search',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-read',
      description: 'Physicians read everything that is not very restricted.',
      effect: 'permit',
      caller: { roles: ['physician'] },
      interactions: ['read', 'search'],
      resources: { categories: ['patient', 'individual', 'business'] },
    },
    {
      id: 'no-family-names',
      description: 'Family names and ends of stays stay inside.',
      effect: 'deny',
      interactions: ['read', 'search'],
      elements: ['Practitioner.name.family', 'Encounter.period.end', 'Observation.performer'],
    },
  ],
};

const world = (other: boolean): Resource[] => [
  { resourceType: 'Patient', id: 'ann', gender: 'female', generalPractitioner: [{ reference: 'Practitioner/doc' }] },
  { resourceType: 'Patient', id: 'bob', gender: 'male' },
  { resourceType: 'Patient', id: 'vip', gender: 'female', ...(other ? { gender: 'male' } : {}), meta: secret },
  { resourceType: 'Practitioner', id: 'doc', gender: 'male', name: [{ family: other ? 'Ada' : 'Smith', given: ['Äda'] }] },
  { resourceType: 'Practitioner', id: 'eve', gender: 'female', name: [{ family: other ? 'Smith' : 'Lee', given: ['Eve'] }] },
  ...['a', 'b', 'c', 'd'].map((id, at) => ({
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: `Patient/${at < 3 ? 'ann' : 'bob'}` },
    period: { start: `202${4 - at}-01-01`, ...(other === at % 2 > 0 ? { end: `202${5 - at}` } : {}) },
  })),
  ...[1, 2, 3, 4, 5].map((n) => ({
    resourceType: 'Observation',
    id: `o${n}`,
    status: n % 2 > 0 ? 'final' : 'amended',
    code: { coding: [{ code: 'c' }] },
    subject: { reference: `Patient/${['ann', 'bob', 'vip'][n % 3]}` },
    performer: [{ reference: `Practitioner/${other ? 'eve' : 'doc'}` }],
  })),
  ...(other ? [0, 1, 2, 3] : [7]).map((n) => ({
    resourceType: 'Observation',
    id: `o${n}x`,
    status: 'final',
    code: { coding: [{ code: 'rare' }] },
    subject: { reference: 'Patient/bob' },
    meta: secret,
  })),
];

/** What a plain server would answer that holds only what is visible: worked out by hand. */
const cases: readonly (readonly [query: string, found: string | number])[] = [
  ['Observation?_count=2', 'o1 o2 o3 o4 o5'],
  ['Observation?status=final&_count=1', 'o1 o3 o5'],
  ['Observation?subject:Patient.gender=female', 'o3'],
  ['Observation?patient.gender=male&_count=1', 'o1 o4'],
  ['Observation?subject:Patient.general-practitioner:Practitioner.gender=male', 'o3'],
  ['Patient?_has:Observation:subject:code=c', 'ann bob'],
  ['Patient?_has:Observation:subject:code=rare', ''],
  ['Patient?_has:Observation:subject:status=amended', 'bob'],
  ['Patient?gender=female', 'ann'],
  ['Practitioner?name=Smith', ''],
  ['Practitioner?name=Ada', ''],
  ['Practitioner?name=Äda', 'doc'],
  ['Practitioner?name:contains=ve', 'eve'],
  ['Practitioner?family=Smith', ''],
  ['Practitioner?family:missing=true', 403],
  ['Practitioner?family:missing=true&_id=doc,eve', 'doc eve'],
  ['Encounter?date=ge2026', 403],
  ['Encounter?date=ge2026&patient=ann', 'a b c'],
  ['Encounter?date=lt2023&patient=ann', 'c'],
  ['Encounter?_sort=date', 403],
  ['Encounter?_sort=date&patient=ann&_count=1', 'c b a'],
  ['Encounter?_sort=-date&subject=Patient/ann,Patient/bob&_count=3', 'a b c d'],
  ['Observation?performer:Practitioner.gender=male', ''],
  ['Observation?performer=Practitioner/doc', ''],
  ['Observation?_security=V', ''],
  ['Observation?_security:not=V&_count=4', 'o1 o2 o3 o4 o5'],
  ['Observation?subject=Patient/bob&_include=Observation:subject', 'o1 o4 Patient/bob'],
  ['Observation?_id=o2&_include=Observation:subject', 'o2'],
  ['Observation?_id=o3&_include=Observation:performer&_include=Observation:subject', 'o3 Patient/ann'],
  [
    'Observation?_id=o3&_include=Observation:subject&_include:iterate=Patient:general-practitioner',
    'o3 Patient/ann Practitioner/doc',
  ],
  ['Patient?_id=bob&_revinclude=Observation:subject', 'bob Observation/o1 Observation/o4'],
  ['?_type=Patient,Practitioner&_count=3', 'ann bob doc eve'],
  ['Patient/bob/*?_count=2', 'd o1 o4 bob'],
];

describe.each([
  ['good manners', {}],
  ['bad habits', { foldsAccents: true, negatesNe: true }],
] as const)('on a server with %s', (_, habits: Partial<Habits>) => {
  const servers: RunningFhirServer[] = [];
  const gateways: Gateway[] = [];
  beforeAll(async () => {
    for (const other of [false, true]) {
      const server = await startFhirServer({
        port: 0,
        credential: CREDENTIAL,
        habits,
        now: () => new Date('2026-01-01T00:00:00Z'),
      });
      servers.push(server);
      const entry = world(other).map((resource) => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      }));
      const answer = await fetch(server.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${CREDENTIAL}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
      });
      if (!answer.ok) throw new Error(await answer.text());
      gateways.push(await startGateway({ upstream: server.url, policies: [policy] }));
    }
  });
  afterAll(async () => {
    await Promise.all([...gateways, ...servers].map((each) => each.close()));
  });

  /** Every page: ids of the matches, `Type/id` of what is included; or the status. */
  async function told(
    gateway: Gateway,
    query: string,
  ): Promise<{ found: string | number; total: number | undefined; text: string }> {
    const token = gateway.token();
    const found: string[] = [];
    let text = '';
    let total: number | undefined;
    for (let url: string | undefined = `${gateway.base}/${query}`; url !== undefined; ) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      const body = await answer.text();
      text += body.replaceAll(gateway.base, '').replaceAll(/_cursor=[\w%-]+/g, '_cursor');
      if (answer.status !== 200) return { found: answer.status, total, text };
      const bundle = JSON.parse(body) as Resource;
      total ??= bundle.total;
      for (const { resource, search } of bundle.entry ?? [])
        found.push(search.mode === 'match' ? resource.id : `${resource.resourceType}/${resource.id}`);
      url = bundle.link.find(({ relation }: Resource) => relation === 'next')?.url;
    }
    return { found: found.join(' '), total, text };
  }

  test.each(cases)('R-091 %s', async (query, expected) => {
    const [one, other] = await Promise.all(gateways.map((gateway) => told(gateway, query)));
    expect(one!.found).toBe(expected);
    expect(other!.text).toBe(one!.text);
  });

  test('R-092 totals count what is visible, or are left out', async () => {
    for (const gateway of gateways) {
      expect((await told(gateway, 'Observation?subject=Patient/bob&_summary=count')).total).toBe(2);
      expect((await told(gateway, 'Observation?subject=Patient/bob&_count=1&_total=accurate')).total).toBe(2);
      expect((await told(gateway, 'Observation?_count=1&_total=accurate')).total).toBeUndefined();
      expect((await told(gateway, 'Observation?_summary=count')).found).toBe(403);
    }
  });

  test('what is shortened is judged whole', async () => {
    for (const gateway of gateways) {
      const { found, text } = await told(gateway, 'Observation?_elements=status&_count=50');
      expect([found, text.includes('subject'), text.includes('SUBSETTED')]).toEqual(['o1 o2 o3 o4 o5', false, true]);
    }
  });
});

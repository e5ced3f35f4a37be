import { Problem, r4 } from '@fireguard/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import type { FactSource } from '../../../src/facts/fact-source.ts';
import { fhirFacts } from '../../../src/facts/fhir-facts.ts';
import { lastMoment } from '../../../src/facts/period.ts';
import { pooledUpstream } from '../../../src/upstream/pooled-upstream.ts';
import type { Upstream } from '../../../src/upstream/upstream.ts';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { CREDENTIAL, MemoryCluster } from '../gateway/kit.ts';

const NOW = Date.UTC(2026, 5, 15);
let server: OddUpstream;
let upstream: Upstream;
let cluster: MemoryCluster;
/** What a search of each type finds, whatever the query: an upstream that ignores parameters. */
let holdings: Record<string, object[]> = {};
let own: { patient: string; relation: string }[] = [];

beforeAll(async () => {
  server = await oddUpstream((request, response) => {
    const type = /^\/fhir\/([A-Za-z]+)/.exec(request.url!)![1]!;
    const bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: (holdings[type] ?? []).map((resource) => ({ resource: { resourceType: type, ...resource } })),
    };
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(bundle));
  });
  upstream = pooledUpstream(defaultConfig({ upstream: { url: server.url, credentials: { bearer: CREDENTIAL } } }).upstream);
});
afterAll(async () => {
  await upstream.close();
  await server.close();
});
beforeEach(() => {
  holdings = {};
  own = [];
  cluster = new MemoryCluster();
  server.seen.length = 0;
});

function facts(exclusive = false, settings: object = {}): FactSource {
  const config = defaultConfig({ upstream: { url: server.url, credentials: { bearer: CREDENTIAL } }, facts: settings });
  return fhirFacts({
    upstream,
    tables: r4(),
    base: 'http://127.0.0.1:1/fhir',
    cluster,
    ownRelations: async () => own,
    exclusive,
    settings: config.facts,
    now: () => NOW,
  });
}

async function relations(
  source: FactSource,
  fhirUser: string | undefined,
  patients: readonly string[] | 'all',
): Promise<Record<string, readonly string[]>> {
  const [answer] = await source.answer([{ kind: 'relations', user: 'p1', fhirUser, patients }]);
  if (answer?.kind !== 'relations') throw new Error('another answer');
  return Object.fromEntries(answer.relations);
}

const doc = { reference: 'Practitioner/doc' };
const of = (id: string) => ({ reference: `Patient/${id}` });

describe('relations', () => {
  test('each kind, by what the resource says and not by what the search promised', async () => {
    holdings = {
      Patient: [
        { id: 'a', generalPractitioner: [doc] },
        { id: 'b', generalPractitioner: [{ reference: 'Practitioner/else' }] },
        { id: 'c', generalPractitioner: [{ reference: `${server.url}/Practitioner/doc` }] },
        {
          id: 'd',
          generalPractitioner: [{ reference: 'http://far.example/fhir/Practitioner/doc' }, { identifier: { value: 'doc' } }],
        },
      ],
      CareTeam: [
        { id: '1', status: 'active', subject: of('a'), participant: [{ member: doc }] },
        { id: '2', status: 'inactive', subject: of('b'), participant: [{ member: doc }] },
        { id: '3', status: 'active', subject: of('c'), participant: [{ member: doc, period: { end: '2026-06-14' } }] },
        { id: '4', status: 'active', subject: of('d'), participant: [{ member: doc, period: { end: '2026-06-15' } }] },
        { id: '5', status: 'active', subject: of('e'), participant: [{ member: { reference: 'Practitioner/else' } }] },
        { id: '6', subject: of('f'), participant: [{ member: doc }] },
        { id: '7', status: 'active', period: { end: '2025' }, subject: of('g'), participant: [{ member: doc }] },
      ],
      Encounter: [
        { id: '1', status: 'finished', class: { code: 'AMB' }, subject: of('a'), participant: [{ individual: doc }] },
        { id: '2', status: 'in-progress', class: { code: 'EMER' }, subject: of('b'), participant: [{ individual: doc }] },
        { id: '3', status: 'cancelled', class: { code: 'AMB' }, subject: of('c'), participant: [{ individual: doc }] },
        {
          id: '4',
          status: 'finished',
          class: { code: 'AMB' },
          subject: of('d'),
          participant: [{ individual: { reference: 'Practitioner/else' } }],
        },
        {
          id: '5',
          status: 'finished',
          class: { code: 'AMB' },
          subject: { reference: 'Group/x' },
          participant: [{ individual: doc }],
        },
      ],
    };
    expect(await relations(facts(), 'Practitioner/doc', 'all')).toEqual({
      a: ['general-practitioner', 'care-team', 'encounter'],
      b: ['emergency-encounter'],
      c: ['general-practitioner'],
      d: ['care-team'],
    });
  });

  test('R-013 R-076 of devices, places, organizations and roles: by what the record says of them, now', async () => {
    const to = (reference: string) => ({ reference });
    holdings = {
      Device: [
        { id: 'd', status: 'active', patient: of('a') },
        { id: 'lost', status: 'inactive', patient: of('b') },
      ],
      Encounter: [
        { id: '1', status: 'in-progress', subject: of('a'), location: [{ location: to('Location/l'), status: 'active' }] },
        { id: '2', status: 'in-progress', subject: of('b'), location: [{ location: to('Location/l'), status: 'planned' }] },
        { id: '3', status: 'finished', subject: of('c'), location: [{ location: to('Location/l'), status: 'active' }] },
        { id: '4', status: 'in-progress', subject: of('d'), location: [{ location: to('Location/m'), status: 'active' }] },
        { id: '5', status: 'finished', subject: of('e'), participant: [{ individual: doc }] },
      ],
      Patient: [
        { id: 'a', generalPractitioner: [to('Organization/o')] },
        { id: 'b', managingOrganization: to('Organization/o') },
        { id: 'c', managingOrganization: to('Organization/above') },
        { id: 'd', managingOrganization: to('Organization/else') },
      ],
      CareTeam: [{ id: '1', status: 'active', subject: of('d'), participant: [{ member: to('PractitionerRole/r') }] }],
      Organization: [{ id: 'o', partOf: to('Organization/above') }],
      PractitionerRole: [
        { id: 'r', practitioner: doc },
        { id: 'ended', period: { end: '2025' }, practitioner: doc },
      ],
    };
    expect(await relations(facts(), 'Device/d', 'all')).toEqual({ a: ['device'] });
    expect(await relations(facts(), 'Device/lost', 'all')).toEqual({});
    expect(await relations(facts(), 'Location/l', 'all')).toEqual({ a: ['encounter'] });
    expect(await relations(facts(), 'Organization/o', 'all')).toEqual({ a: ['general-practitioner'] });
    expect(await relations(facts(), 'PractitionerRole/r', 'all')).toEqual({ d: ['care-team'], e: ['encounter'] });
    expect(await relations(facts(), 'PractitionerRole/ended', 'all')).toEqual({});
    const [answer] = await facts().answer([
      { kind: 'relations', user: undefined, fhirUser: 'Organization/o', patients: 'all', organizations: true },
    ]);
    if (answer?.kind !== 'relations') throw new Error('another answer');
    expect(Object.fromEntries(answer.relations)).toEqual({
      a: ['general-practitioner'],
      b: ['managing-organization'],
      c: ['managing-organization'],
    });
  });

  test('as R5 has them: actors of a visit with several classes, members whose time is over or cannot be told', async () => {
    holdings = {
      CareTeam: [
        { id: '1', status: 'active', subject: of('a'), participant: [{ member: doc, coveragePeriod: { end: '2026-06-14' } }] },
        {
          id: '2',
          status: 'active',
          subject: of('b'),
          participant: [{ member: doc, coveragePeriod: { start: '2026-06-14' } }],
        },
        {
          id: '3',
          status: 'active',
          subject: of('c'),
          participant: [{ member: doc, coverageTiming: { code: { text: 'x' } } }],
        },
      ],
      Encounter: [
        {
          id: '1',
          status: 'in-progress',
          class: [{ coding: [{ code: 'AMB' }] }, { coding: [{ code: 'x' }, { code: 'EMER' }] }],
          subject: of('d'),
          participant: [{ actor: doc }],
        },
        {
          id: '2',
          status: 'completed',
          class: [{ coding: [{ code: 'AMB' }] }],
          subject: of('e'),
          participant: [{ actor: doc }],
        },
      ],
    };
    expect(await relations(facts(), 'Practitioner/doc', 'all')).toEqual({
      b: ['care-team'],
      d: ['emergency-encounter'],
      e: ['encounter'],
    });
  });

  test('one question for each kind, whatever the number of patients', async () => {
    await relations(
      facts(),
      'Practitioner/doc',
      Array.from({ length: 50 }, (_, index) => `p${index}`),
    );
    expect(server.seen.map(({ url }) => url.split('?')[0]).sort()).toEqual([
      '/fhir/CareTeam',
      '/fhir/Encounter',
      '/fhir/Patient',
    ]);
    expect(server.seen.every(({ headers }) => headers['authorization'] === `Bearer ${CREDENTIAL}`)).toBe(true);
  });

  test('only those asked for are answered', async () => {
    holdings = {
      Patient: [
        { id: 'a', generalPractitioner: [doc] },
        { id: 'b', generalPractitioner: [doc] },
      ],
    };
    expect(Object.keys(await relations(facts(), 'Practitioner/doc', ['b']))).toEqual(['b']);
  });

  test('a patient is themselves, without a question', async () => {
    expect(await relations(facts(), 'Patient/a', ['a', 'b'])).toEqual({ a: ['self'] });
    expect(server.seen).toEqual([]);
  });

  test('a guardian, while the relation lasts', async () => {
    const holds = async (resource: object) => {
      holdings = { RelatedPerson: [{ id: 'mum', patient: of('kid'), ...resource }] };
      return relations(facts(), 'RelatedPerson/mum', ['kid']);
    };
    expect(await holds({})).toEqual({ kid: ['guardian'] });
    expect(await holds({ active: false })).toEqual({});
    expect(await holds({ period: { end: '2026-06' } })).toEqual({ kid: ['guardian'] });
    expect(await holds({ period: { end: '2026-05' } })).toEqual({});
    expect(await holds({ id: 'dad' })).toEqual({});
  });

  test("Fireguard's own facts count, and unknown words do not", async () => {
    own = [
      { patient: 'Patient/a', relation: 'care-team' },
      { patient: 'Patient/b', relation: 'owner' },
    ];
    expect(await relations(facts(), undefined, ['a', 'b'])).toEqual({ a: ['care-team'] });
  });
});

describe('incomplete is unavailable (I6)', () => {
  const unavailable = expect.objectContaining({ code: 'facts-unavailable' });

  test.each([
    [500, '{}'],
    [404, '{}'],
    [200, '{"resourceType":"OperationOutcome"}'],
    [200, '{'],
    [200, '{"resourceType":"Bundle","entry":[],"entry":[]}'],
  ])('status %i with %s', async (status, body) => {
    const odd = await oddUpstream((_request, response) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(body),
    );
    const other = pooledUpstream(defaultConfig({ upstream: { url: odd.url, credentials: { bearer: CREDENTIAL } } }).upstream);
    const config = defaultConfig({ upstream: { url: odd.url, credentials: { bearer: CREDENTIAL } } });
    const source = fhirFacts({
      upstream: other,
      tables: r4(),
      base: 'http://127.0.0.1:1/fhir',
      cluster,
      ownRelations: async () => [],
      exclusive: false,
      settings: config.facts,
      now: () => NOW,
    });
    await expect(source.answer([{ kind: 'consents', patients: ['a'] }])).rejects.toBeInstanceOf(Problem);
    await other.close();
    await odd.close();
  });

  test('more pages than may be read', async () => {
    const endless = await oddUpstream((request, response) => {
      const page = Number(new URL(request.url!, 'http://x').searchParams.get('page') ?? 1);
      const next = `${endless.url}/Consent?page=${page + 1}`;
      response
        .writeHead(200, { 'content-type': 'application/fhir+json' })
        .end(JSON.stringify({ resourceType: 'Bundle', link: [{ relation: 'next', url: next }] }));
    });
    const config = defaultConfig({
      upstream: { url: endless.url, credentials: { bearer: CREDENTIAL } },
      facts: { maxPages: 3 },
    });
    const other = pooledUpstream(config.upstream);
    const source = fhirFacts({
      upstream: other,
      tables: r4(),
      base: 'http://127.0.0.1:1/fhir',
      cluster,
      ownRelations: async () => [],
      exclusive: false,
      settings: config.facts,
      now: () => NOW,
    });
    await expect(source.answer([{ kind: 'consents', patients: ['a'] }])).rejects.toEqual(unavailable);
    expect(endless.seen.length).toBe(3);
    await other.close();
    await endless.close();
  });
});

describe('consents', () => {
  test('their own bytes, for every patient asked, of nobody else', async () => {
    holdings = {
      Consent: [
        { id: '1', status: 'active', patient: of('a') },
        { id: '2', status: 'active', patient: of('z') },
      ],
    };
    const [answer] = await facts().answer([{ kind: 'consents', patients: ['a', 'b'] }]);
    if (answer?.kind !== 'consents') throw new Error('another answer');
    expect([...answer.consents.keys()]).toEqual(['a', 'b']);
    expect(answer.consents.get('a')!.map((bytes) => JSON.parse(Buffer.from(bytes).toString()).id)).toEqual(['1']);
    expect(answer.consents.get('b')).toEqual([]);
  });

  test('an upstream that keeps none is not asked, once the operator said so', async () => {
    const [answer] = await facts(false, { acceptUpstreamWithoutConsents: true }).answer([
      { kind: 'consents', patients: ['a'] },
    ]);
    expect(answer).toEqual({ kind: 'consents', consents: new Map([['a', []]]) });
    expect(server.seen).toEqual([]);
  });
});

describe('subjects', () => {
  test('by what the resources point to; what is not found is not told', async () => {
    holdings = {
      Observation: [
        { id: '1', subject: of('a') },
        { id: '9', subject: of('z') },
      ],
    };
    const [answer] = await facts().answer([{ kind: 'subjects', references: ['Observation/1', 'Observation/2', 'Nonsense/1'] }]);
    expect(answer).toEqual({ kind: 'subjects', subjects: new Map([['Observation/1', ['a']]]) });
    expect(server.seen.length).toBe(1);
  });

  test('R-028 what only points further is followed to the patient, and closed where the way ends in the dark', async () => {
    holdings = {
      Provenance: [
        { id: '1', target: [{ reference: 'DocumentReference/1' }] },
        { id: '2', target: [{ reference: 'DocumentReference/2' }] },
        { id: '3', target: [{ reference: 'Group/nowhere' }] },
      ],
      DocumentReference: [
        { id: '1', subject: of('a'), context: { encounter: [{ reference: 'Encounter/1' }] } },
        { id: '2', subject: of('a'), context: { encounter: [{ reference: 'Encounter/absent' }] } },
      ],
      Encounter: [{ id: '1', subject: of('b') }],
    };
    const references = ['Provenance/1', 'Provenance/2', 'Provenance/3'];
    const [answer] = await facts().answer([{ kind: 'subjects', references }]);
    // 1: of both patients. 2 and 3: "about nobody" would open them to whoever may see resources without a patient.
    expect(answer).toEqual({ kind: 'subjects', subjects: new Map([['Provenance/1', ['a', 'b']]]) });
  });
});

describe('caches', () => {
  test('without exclusive every request asks afresh', async () => {
    const source = facts(false);
    await relations(source, 'Practitioner/doc', ['a']);
    await relations(source, 'Practitioner/doc', ['a']);
    expect(server.seen.length).toBe(6);
  });

  test('with exclusive a user is asked about once, until a write changes it', async () => {
    const source = facts(true);
    holdings = { Patient: [{ id: 'a', generalPractitioner: [doc] }] };
    expect(await relations(source, 'Practitioner/doc', ['a'])).toEqual({ a: ['general-practitioner'] });
    expect((await relations(source, 'Practitioner/doc', ['b']))['b']).toBeUndefined();
    expect(server.seen.length).toBe(3);
    holdings = { Patient: [{ id: 'b', generalPractitioner: [doc] }] };
    await source.written('Observation');
    expect((await relations(source, 'Practitioner/doc', ['b']))['b']).toBeUndefined();
    await source.written('Patient/b');
    expect(cluster.changes).toEqual([{ kind: 'relation', id: '*' }]);
    expect(await relations(source, 'Practitioner/doc', ['b'])).toEqual({ b: ['general-practitioner'] });
  });

  test('a change made elsewhere holds here', async () => {
    const source = facts(true);
    await source.answer([{ kind: 'consents', patients: ['a'] }]);
    holdings = { Consent: [{ id: '1', status: 'active', patient: of('a') }] };
    await cluster.announce({ kind: 'relation', id: '*' });
    const [answer] = await source.answer([{ kind: 'consents', patients: ['a'] }]);
    expect(answer?.kind === 'consents' && answer.consents.get('a')?.length).toBe(1);
  });

  test('a node without a lease trusts nothing it remembers', async () => {
    const source = facts(true);
    await relations(source, 'Practitioner/doc', ['a']);
    cluster.isTrusted = false;
    await relations(source, 'Practitioner/doc', ['a']);
    expect(server.seen.length).toBe(6);
  });

  test('many at once ask once or twice, and none gets what is older than its question', async () => {
    for (const exclusive of [true, false]) {
      const source = facts(exclusive);
      cluster.isTrusted = false;
      const plain = server.answer;
      let go: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      // As a database would: what is read is what stood there when the question came.
      server.answer = (request, response) => {
        const asOf = holdings;
        void held.then(() => {
          const now = holdings;
          holdings = asOf;
          plain(request, response);
          holdings = now;
        });
      };
      holdings = {};
      server.seen.length = 0;
      const early = relations(source, 'Practitioner/doc', ['a']);
      while (server.seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      holdings = { Patient: [{ id: 'a', generalPractitioner: [doc] }] };
      const late = Array.from({ length: 50 }, () => relations(source, 'Practitioner/doc', ['a']));
      go();
      expect(await early).toEqual({});
      for (const one of await Promise.all(late)) expect(one).toEqual({ a: ['general-practitioner'] });
      expect(server.seen.length).toBe(6);
      server.answer = plain;
    }
  });

  test('what was read before a change is not kept after it', async () => {
    const source = facts(true);
    const slow = server.answer;
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    server.answer = (request, response) => void held.then(() => slow(request, response));
    const reading = relations(source, 'Practitioner/doc', ['a']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.announce({ kind: 'relation', id: '*' });
    go();
    await reading;
    server.answer = slow;
    holdings = { Patient: [{ id: 'a', generalPractitioner: [doc] }] };
    expect(await relations(source, 'Practitioner/doc', ['a'])).toEqual({ a: ['general-practitioner'] });
  });
});

test.each([
  ['2026', Date.UTC(2027, 0, 1)],
  ['2026-02', Date.UTC(2026, 2, 1)],
  ['2026-02-28', Date.UTC(2026, 2, 1)],
  ['2026-02-28T10:00:00+02:00', Date.UTC(2026, 1, 28, 8)],
])('%s lasts to its end', (text, end) => {
  expect(lastMoment(text)).toBe(end);
});
test.each(['', 'never', '20260228', '2026-2-1'])('%s cannot be read', (text) => {
  expect(lastMoment(text)).toBeNaN();
});

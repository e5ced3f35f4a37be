/** What consents and labels make it necessary to know: memberships, what resources point to, encounters; and how old any of it may be. */
import { type FactAnswer, type FactQuery, fhirTables } from '@fireguard/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { weakenings } from '../../../src/config/posture.ts';
import type { FactSource } from '../../../src/facts/fact-source.ts';
import { type FhirFactsOptions, fhirFacts } from '../../../src/facts/fhir-facts.ts';
import { pooledUpstream } from '../../../src/upstream/pooled-upstream.ts';
import type { Upstream } from '../../../src/upstream/upstream.ts';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { CREDENTIAL, MemoryCluster } from '../gateway/kit.ts';

let server: OddUpstream;
let upstream: Upstream;
let cluster: MemoryCluster;
/** What a search of each type finds, whatever the query: an upstream that ignores parameters. */
let holdings: Record<string, object[]> = {};

beforeAll(async () => {
  server = await oddUpstream((request, response) => {
    const type = /^\/fhir\/([A-Za-z]+)/.exec(request.url!)![1]!;
    const entry = (holdings[type] ?? []).map((resource) => ({ resource: { resourceType: type, ...resource } }));
    response
      .writeHead(200, { 'content-type': 'application/fhir+json' })
      .end(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', entry }));
  });
  upstream = pooledUpstream(defaultConfig({ upstream: { url: server.url, credentials: { bearer: CREDENTIAL } } }).upstream);
});
afterAll(async () => {
  await upstream.close();
  await server.close();
});
beforeEach(() => {
  holdings = {};
  cluster = new MemoryCluster();
  server.seen.length = 0;
});

function facts(options: Partial<FhirFactsOptions> = {}, settings: object = {}): FactSource {
  const config = defaultConfig({ upstream: { url: server.url, credentials: { bearer: CREDENTIAL } }, facts: settings });
  return fhirFacts({
    upstream,
    tables: fhirTables('R4'),
    base: 'http://127.0.0.1:1/fhir',
    cluster,
    ownRelations: async () => [],
    exclusive: false,
    settings: config.facts,
    now: () => Date.UTC(2026, 5, 15),
    ...options,
  });
}

async function asked<Kind extends FactAnswer['kind']>(source: FactSource, query: FactQuery & { kind: Kind }) {
  const [answer] = await source.answer([query]);
  if (answer?.kind !== query.kind) throw new Error('another answer');
  return answer as Extract<FactAnswer, { kind: Kind }>;
}

const to = (reference: string) => ({ reference });
const memberships = async (source: FactSource, fhirUser: string | undefined) => {
  const answer = await asked(source, { kind: 'memberships', user: 'u', fhirUser });
  return answer.memberships === undefined ? undefined : [...answer.memberships].sort();
};

describe('memberships', () => {
  test('roles, their organizations and those above, groups and teams, and the groups that hold any of these', async () => {
    holdings = {
      PractitionerRole: [
        { id: 'r', practitioner: to('Practitioner/doc'), organization: to('Organization/ward') },
        { id: 'past', practitioner: to('Practitioner/doc'), organization: to('Organization/past'), period: { end: '2020' } },
        { id: 'off', active: false, practitioner: to('Practitioner/doc'), organization: to('Organization/off') },
        { id: 'else', practitioner: to('Practitioner/else'), organization: to('Organization/else') },
      ],
      Organization: [
        { id: 'ward', partOf: to('Organization/clinic') },
        { id: 'clinic', partOf: to('Organization/hospital') },
        { id: 'hospital' },
      ],
      Group: [
        { id: 'mine', member: [{ entity: to('Practitioner/doc') }] },
        { id: 'roles', member: [{ entity: to('PractitionerRole/r') }] },
        { id: 'of-groups', member: [{ entity: to('Group/mine') }] },
        { id: 'left', member: [{ entity: to('Practitioner/doc'), inactive: true }] },
        { id: 'others', member: [{ entity: to('Practitioner/else') }] },
      ],
      CareTeam: [
        { id: 'team', status: 'active', participant: [{ member: to('Organization/hospital') }] },
        { id: 'ended', status: 'inactive', participant: [{ member: to('Practitioner/doc') }] },
      ],
    };
    expect(await memberships(facts(), 'Practitioner/doc')).toEqual([
      ...['CareTeam/team', 'Group/mine', 'Group/of-groups', 'Group/roles', 'Organization/clinic', 'Organization/hospital'],
      ...['Organization/ward', 'Practitioner/doc', 'PractitionerRole/r'],
    ]);
  });

  test('of an app, or of somebody who is nobody in the record, nothing can be told', async () => {
    expect(await memberships(facts(), undefined)).toBeUndefined();
    expect(await memberships(facts(), 'Group/all')).toBeUndefined();
  });

  test('R-013 a device belongs to its owner, a place to who runs it, a role to its organization, and an organization to those above it', async () => {
    holdings = {
      Device: [{ id: 'd', owner: to('Organization/ward') }],
      Location: [{ id: 'l', managingOrganization: to('Organization/ward') }],
      PractitionerRole: [
        { id: 'r', practitioner: to('Practitioner/doc'), organization: to('Organization/ward') },
        { id: 'ended', active: false, practitioner: to('Practitioner/doc'), organization: to('Organization/ward') },
      ],
      Organization: [{ id: 'ward', partOf: to('Organization/hospital') }],
    };
    const both = ['Organization/hospital', 'Organization/ward'];
    expect(await memberships(facts(), 'Device/d')).toEqual(['Device/d', ...both]);
    expect(await memberships(facts(), 'Location/l')).toEqual(['Location/l', ...both]);
    expect(await memberships(facts(), 'PractitionerRole/r')).toEqual([...both, 'Practitioner/doc', 'PractitionerRole/r']);
    expect(await memberships(facts(), 'PractitionerRole/ended')).toEqual(['PractitionerRole/ended']);
    expect(await memberships(facts(), 'Organization/ward')).toEqual(both);
  });

  test('I6 a chain without an end cannot be told, which denies', async () => {
    holdings = { PractitionerRole: [{ id: 'r', practitioner: to('Practitioner/doc'), organization: to('Organization/0') }] };
    let next = 0;
    const endless = new Proxy(holdings, {
      get: (target, type: string) =>
        type === 'Organization' ? [{ id: String(next), partOf: to(`Organization/${++next}`) }] : target[type],
    });
    holdings = endless;
    await expect(memberships(facts(), 'Practitioner/doc')).rejects.toMatchObject({ code: 'facts-unavailable' });
  });
});

test('what resources point to, and encounters as they stand: each asked for is answered, absent or not', async () => {
  holdings = {
    Encounter: [{ id: 'e', subject: to('Patient/p'), diagnosis: [{ condition: to(`${server.url}/Condition/c`) }] }],
  };
  const references = ['Encounter/e', 'Encounter/none', 'Nonsense/x'];
  const { pointers } = await asked(facts(), { kind: 'pointers', references });
  expect([...pointers]).toEqual([
    ['Encounter/e', ['Patient/p', 'Condition/c']],
    ['Encounter/none', undefined],
  ]);
  const { containers } = await asked(facts(), { kind: 'containers', references });
  expect([...containers].map(([key, text]) => [key, text && JSON.parse(new TextDecoder().decode(text)).subject])).toEqual([
    ['Encounter/e', to('Patient/p')],
    ['Encounter/none', undefined],
  ]);
});

describe('consents', () => {
  const consents = async (source: FactSource) => {
    const answer = await asked(source, { kind: 'consents', patients: ['p', 'q'] });
    return Object.fromEntries(
      [...answer.consents].map(([patient, texts]) => [
        patient,
        texts.map((text) => JSON.parse(new TextDecoder().decode(text)).id),
      ]),
    );
  };

  test('R-111 the upstream’s, in the words of R4 and of R5, and our own, together', async () => {
    holdings = {
      Consent: [
        { id: 'r4', patient: to('Patient/p') },
        { id: 'r5', subject: to('Patient/q') },
        { id: 'other', patient: to('Patient/else') },
      ],
    };
    const own = async (patients: readonly string[]) =>
      new Map(patients.map((patient) => [patient, [Buffer.from(`{"id":"own-${patient}"}`)]]));
    expect(await consents(facts({ ownConsents: own }))).toEqual({ p: ['r4', 'own-p'], q: ['r5', 'own-q'] });
    expect(await consents(facts({ ownConsents: own, upstreamConsents: false }))).toEqual({ p: ['own-p'], q: ['own-q'] });
    await expect(
      consents(facts({ ownConsents: () => Promise.reject(new Error('the database is down')) })),
    ).rejects.toMatchObject({ code: 'facts-unavailable' });
  });

  test('R-112 without exclusive they are asked afresh, unless the operator accepts an age, which is said at every start', async () => {
    holdings = { Consent: [{ id: 'one', patient: to('Patient/p') }] };
    const afresh = facts();
    expect((await consents(afresh))['p']).toEqual(['one']);
    holdings = { Consent: [] };
    expect((await consents(afresh))['p']).toEqual([]);
    const aged = facts({}, { acceptFactsSecondsOld: 60 });
    expect((await consents(aged))['p']).toEqual([]);
    holdings = { Consent: [{ id: 'new', patient: to('Patient/p') }] };
    expect((await consents(aged))['p']).toEqual([]);
    const config = defaultConfig({
      upstream: { url: server.url, credentials: { bearer: CREDENTIAL } },
      facts: { acceptFactsSecondsOld: 60 },
    });
    expect(weakenings(config).join()).toContain('facts.acceptFactsSecondsOld');
  });
});

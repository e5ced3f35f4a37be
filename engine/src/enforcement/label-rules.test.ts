/** Label rules, inline labels and the labels of Bundles in the whole flow. */
import { describe, expect, test } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { plainProtection } from '../decision/protection.ts';
import { r4 } from '../fhir/r4.ts';
import { compileLabelRules } from '../label/compile-label-rules.ts';
import { compilePolicies } from '../policy/compile-policies.ts';

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const INLINE = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';

const rules = compileLabelRules([
  {
    labelRules: 'test',
    version: 1,
    rules: [{ id: 'hiv', description: 'Everything about HIV.', codes: ['loinc|7917-8'], words: ['hiv'], labels: ['HIV'] }],
  },
]);
const policies = (clears?: object) =>
  compilePolicies(
    [
      {
        policySet: 't',
        version: 1,
        combining: 'deny-overrides',
        rules: [
          {
            id: 'all',
            description: 'Everybody signed in does everything.',
            effect: 'permit',
            interactions: { group: ['C', 'R', 'U', 'D'] },
            resources: { categories: ['patient', 'business', 'individual'] },
            ...(clears === undefined ? {} : { clears }),
          },
        ],
      },
    ],
    r4(),
  );
const inline = (code: string) => ({ extension: [{ url: INLINE, valueCoding: { system: CONFIDENTIALITY, code } }] });
const of = { subject: { reference: 'Patient/p' } };

function asking(
  resources: readonly object[],
  asked: Asked,
  more: { clears?: object; inherit?: boolean; facts?: Setting['facts'] } = {},
) {
  const labels = {
    rules,
    inherit: more.inherit ?? false,
    elements: new Map([['Patient', ['address', 'birthDate']]]),
    onBundles: true,
  };
  return ask(
    {
      upstream: new SmallUpstream([...resources] as never),
      policies: policies(more.clears),
      protection: { ...plainProtection, labels },
      facts: more.facts ?? {},
      caller: { purposes: [{ system: REASON, code: 'TREAT' }] },
    },
    asked,
  );
}
const get = (target: string): Asked => ({ target });
const ids = (json: { entry?: { resource: { id: string } }[] }) => (json.entry ?? []).map(({ resource }) => resource.id);

describe('R-191 what the rules find', () => {
  const resources = [
    { resourceType: 'Observation', id: 'pulse', code: { text: 'pulse' }, ...of },
    { resourceType: 'Observation', id: 'hiv', code: { text: 'HIV test' }, ...of },
  ];

  test('is hidden from who is not cleared, in searches and reads, as if it were labelled', () => {
    expect(ids(asking(resources, get('/Observation')).json)).toEqual(['pulse']);
    expect(asking(resources, get('/Observation/hiv')).status).toBe(404);
    const cleared = { clears: { confidentiality: 'R', sensitivities: ['HIV'] } };
    expect(ids(asking(resources, get('/Observation'), cleared).json)).toEqual(['hiv', 'pulse']);
  });

  test('a write of it needs the clearance as well (R-069: who sends is decided as who asks)', () => {
    const body = { resourceType: 'Observation', status: 'final', code: { text: 'HIV test' }, ...of };
    expect(asking(resources, { method: 'POST', target: '/Observation', body }).status).toBe(403);
    expect(
      asking(resources, { method: 'POST', target: '/Observation', body: { ...body, code: { text: 'pulse' } } }).status,
    ).toBe(201);
  });
});

describe('R-192 R-193 a Bundle', () => {
  const labelled = (id: string, ...codes: string[]) => ({
    resourceType: 'Observation',
    id,
    code: { text: 'x' },
    meta: { security: codes.map((code) => ({ system: /^[LNRV]$/.test(code) ? CONFIDENTIALITY : ACT, code })) },
    ...of,
  });
  const security = (json: { meta?: { security: { code: string }[] } }) => json.meta?.security.map(({ code }) => code);
  const cleared = { clears: { confidentiality: 'R' as const, sensitivities: '*' as const, other: '*' as const } };

  test('is as confidential as the most confidential entry that is shown, with purposes and duties, without sensitivities', () => {
    const resources = [labelled('a', 'N'), labelled('b', 'R', 'PSY', 'NOREUSE'), labelled('c', 'V')];
    expect(security(asking(resources, get('/Observation'), cleared).json)).toEqual(['R', 'TREAT', 'NOREUSE']);
    expect(security(asking(resources, get('/Observation?_id=a'), cleared).json)).toEqual(['N', 'TREAT']);
  });

  test('R-194 does not tell of duties that tell of what is withheld', () => {
    const resources = [labelled('a', 'N', 'MASK', 'NODSCLCD', 'DELAU')];
    expect(security(asking(resources, get('/Observation'), cleared).json)).toEqual(['N', 'TREAT', 'DELAU']);
  });

  test('of nothing carries nothing, and one of unlabelled data the site’s default', () => {
    expect(security(asking([], get('/Observation')).json)).toBeUndefined();
    expect(security(asking([{ resourceType: 'Observation', id: 'x', ...of }], get('/Observation')).json)).toEqual([
      'N',
      'TREAT',
    ]);
  });
});

describe('R-203 R-204 inline labels', () => {
  const patient = {
    resourceType: 'Patient',
    id: 'p',
    birthDate: '1970-01-01',
    _birthDate: inline('R'),
    address: [{ city: 'Here' }, { city: 'Hidden', ...inline('V') }],
    name: [{ family: 'Seen' }],
  };

  test('hide the element alone where the site names it, with everything beside it in the same place', () => {
    const { json } = asking([patient], get('/Patient/p'));
    expect(json).toMatchObject({ name: [{ family: 'Seen' }] });
    expect(Object.keys(json).sort()).toEqual(['id', 'meta', 'name', 'resourceType']);
  });

  test('and show it to who is cleared for it', () => {
    const { json } = asking([patient], get('/Patient/p'), { clears: { confidentiality: 'R' } });
    expect(json.birthDate).toBe('1970-01-01');
    expect(json.address).toBeUndefined();
    expect(asking([patient], get('/Patient/p'), { clears: { confidentiality: 'V' } }).json.address).toHaveLength(2);
  });

  test('no search is answered on what they hide', () => {
    expect(ids(asking([patient], get('/Patient?birthdate=1970-01-01')).json)).toEqual([]);
    expect(ids(asking([patient], get('/Patient?family=Seen')).json)).toEqual(['p']);
    expect(ids(asking([patient], get('/Patient?birthdate=1970-01-01'), { clears: { confidentiality: 'R' } }).json)).toEqual([
      'p',
    ]);
  });

  test('hide the whole resource anywhere else', () => {
    expect(asking([{ ...patient, name: [{ family: 'Seen', ...inline('R') }] }], get('/Patient/p')).status).toBe(404);
  });
});

describe('what belongs to an encounter', () => {
  const encounter = { resourceType: 'Encounter', id: 'e', reasonCode: [{ text: 'HIV' }], ...of };
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    code: { text: 'pulse' },
    encounter: { reference: 'Encounter/e' },
    ...of,
  };
  const facts = { containers: { 'Encounter/e': encounter } };

  test('carries its labels: one look-up for a page', () => {
    const second = { ...observation, id: 'o2' };
    const { json, rounds } = asking([encounter, observation, second], get('/Observation'), { inherit: true, facts });
    expect(ids(json)).toEqual([]);
    expect(rounds.flat().filter(({ kind }) => kind === 'containers')).toEqual([
      { kind: 'containers', references: ['Encounter/e'] },
    ]);
    expect(ids(asking([encounter, observation], get('/Observation'), { facts }).json)).toEqual(['o']);
  });

  test('an encounter that is not there gives none', () => {
    expect(ids(asking([observation], get('/Observation'), { inherit: true }).json)).toEqual(['o']);
  });

  test('R-141 nobody finds a hidden encounter by writing to it', () => {
    const write = (reference: string) =>
      asking(
        [encounter, { resourceType: 'Encounter', id: 'open', ...of }],
        {
          method: 'POST',
          target: '/Observation',
          body: { resourceType: 'Observation', status: 'final', code: { text: 'pulse' }, encounter: { reference }, ...of },
        },
        { inherit: true, facts },
      );
    const [hidden, absent] = [write('Encounter/e'), write('Encounter/none')];
    expect([hidden.problem?.code, hidden.problem?.publicText]).toEqual([absent.problem?.code, absent.problem?.publicText]);
    expect(hidden.problem?.code).toBe('reference-unseen');
    expect(write('Encounter/open').status).toBe(201);
    expect(write(`${ourBase}/Encounter/open`).status).toBe(201);
  });
});

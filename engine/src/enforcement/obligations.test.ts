/** Masks that say so, obligations that travel along, de-identified views, and permits against which no consent stands: in the whole flow. */
import { describe, expect, test } from 'vitest';
import { ask } from '../../test/host.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { r4 } from '../fhir/r4.ts';
import { compilePolicies } from '../policy/compile-policies.ts';

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const tagged = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];
const masked = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] };
const R = { group: ['R'] };
const rule = (more: object) => ({ id: 'it', description: 'The rule of the test.', effect: 'permit', interactions: R, ...more });

function asking(rules: readonly object[], resources: readonly object[], target: string, consents = {}, headers = {}) {
  const policies = compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], r4());
  return ask({ upstream: new SmallUpstream([...resources] as never), policies, facts: { consents } }, { target, headers });
}

describe('R-144 announced masks', () => {
  const rules = [
    rule({
      resources: { types: ['Patient', 'Observation'] },
      mask: ['Patient.birthDate', 'Patient.name', 'Patient.maritalStatus', 'Observation.value[x]', 'Patient.deceased[x]'],
      maskAs: 'absent-reason',
    }),
  ];
  const full = {
    resourceType: 'Patient',
    id: 'full',
    gender: 'female',
    birthDate: '1970-01-01',
    _birthDate: { id: 'b' },
    name: [{ family: 'Secret' }, { given: ['S'] }],
    maritalStatus: { text: 'married' },
    deceasedDateTime: '2020-01-01',
  };
  const shown = {
    resourceType: 'Patient',
    gender: 'female',
    _birthDate: masked,
    name: [masked],
    maritalStatus: masked,
    _deceasedBoolean: masked,
  };

  test('what is withheld and what was never there look the same', () => {
    const bare = { resourceType: 'Patient', id: 'bare', gender: 'female' };
    for (const id of ['full', 'bare']) {
      const { meta, ...rest } = asking(rules, [full, bare], `/Patient/${id}`).json;
      expect(rest).toEqual({ ...shown, id });
      expect(meta.tag).toEqual(tagged);
    }
  });

  test('of a choice only one member stands, whichever was there', () => {
    const observation = {
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      subject: { reference: 'Patient/p' },
      valueString: 'secret',
    };
    const { json, text } = asking(rules, [observation], '/Observation/o');
    expect(json.valueQuantity).toEqual(masked);
    expect(text).not.toContain('valueString');
  });

  test('a projection keeps an announcement only where it keeps the element', () => {
    const { json } = asking(rules, [full], '/Patient?_elements=gender,name');
    expect(Object.keys(json.entry[0].resource).sort()).toEqual(['gender', 'id', 'meta', 'name', 'resourceType']);
  });
});

describe('R-187 R-201 obligations travel along as labels', () => {
  const rules = (more = {}) => [
    rule({ resources: { types: ['Observation'] }, obligations: { labels: [`${ACT}|NOREUSE`] }, ...more }),
  ];
  const duty = { system: ACT, code: 'NOREUSE' };

  test.each([
    ['no meta', {}, { security: [duty] }],
    ['a version', { meta: { versionId: '3' } }, { versionId: '3', security: [duty] }],
    [
      'another label',
      { meta: { security: [{ system: ACT, code: 'DELAU' }] } },
      { security: [{ system: ACT, code: 'DELAU' }, duty] },
    ],
    ['the same', { meta: { security: [duty] } }, { security: [duty] }],
  ])('onto %s', (_, more, meta) => {
    const { json } = asking(
      rules(),
      [{ resourceType: 'Observation', id: 'o', status: 'final', subject: { reference: 'Patient/p' }, ...more }],
      '/Observation/o',
    );
    expect(json.meta).toMatchObject(meta);
    expect(json.meta.security).toEqual(meta.security);
  });

  test('bare content, which carries no labels, is not let out with a duty', () => {
    const binary = {
      resourceType: 'Binary',
      id: 'b',
      contentType: 'text/plain',
      data: 'aGk=',
      securityContext: { reference: 'Patient/p' },
    };
    const open = { resources: { types: ['Binary', 'Patient'] } };
    const content = (more: object) =>
      asking(
        [rule({ ...open, ...more })],
        [binary, { resourceType: 'Patient', id: 'p' }],
        '/Binary/b',
        {},
        { accept: 'text/plain' },
      );
    expect(content({}).text).toBe('hi');
    expect(content({ obligations: { labels: [`${ACT}|NOREUSE`] } }).problem?.code).toBe('not-acceptable');
  });

  test('beside the tag of what is masked', () => {
    const bare = { resourceType: 'Observation', id: 'o', status: 'final', subject: { reference: 'Patient/p' } };
    const { meta } = asking(rules({ mask: ['Observation.note'] }), [bare], '/Observation/o').json;
    const redacted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' };
    expect(meta).toMatchObject({ security: [duty, redacted], tag: tagged });
  });
});

describe('R-246 R-250 de-identified views', () => {
  const rules = [rule({ resources: { types: ['Patient', 'Observation'] }, deIdentify: true })];
  const secret = 'SECRET';
  const patient = {
    resourceType: 'Patient',
    id: 'p',
    text: { status: 'generated', div: `<div>${secret}</div>` },
    extension: [{ url: 'x', valueString: secret }],
    identifier: [{ value: secret }],
    name: [{ family: secret }],
    telecom: [{ value: secret }],
    gender: 'female',
    _gender: { extension: [{ url: 'x', valueString: secret }] },
    language: 'en',
    _language: { id: secret },
    birthDate: '1970-12-24',
    address: [{ city: secret }],
    maritalStatus: {
      id: secret,
      coding: [
        { system: 's', code: 'M', _code: { extension: [{ url: 'x', valueString: secret }] }, extension: [{ url: secret }] },
      ],
      text: secret,
    },
    photo: [{ data: 'U0VDUkVU', title: secret }],
    contact: [{ name: { family: secret }, gender: 'male' }],
    generalPractitioner: [{ reference: 'Practitioner/d', display: secret }],
    contained: [{ resourceType: 'Organization', name: secret }],
  };
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }], text: secret },
    subject: { reference: 'Patient/p', display: secret, identifier: { value: secret } },
    effectiveDateTime: '1970-12-24',
    issued: '1970-12-24T00:00:00Z',
    valueQuantity: { value: 120, unit: 'mmHg', _unit: { id: secret }, extension: [{ url: 'x', valueString: secret }] },
    note: [{ text: secret }],
    component: [{ code: { text: secret }, valueString: secret, valueQuantity: { value: 1 } }],
  };

  test('codes and amounts stay; names, dates, texts and what is unknown go', () => {
    const one = asking(rules, [patient, observation], '/Patient/p');
    const other = asking(rules, [patient, observation], '/Observation/o');
    expect(one.text + other.text).not.toMatch(/SECRET|U0VDUkVU|1970/);
    expect(one.json.language).toBe('en');
    expect(one.json).toMatchObject({
      gender: 'female',
      maritalStatus: { coding: [{ code: 'M' }] },
      contact: [{ gender: 'male' }],
    });
    expect(other.json).toMatchObject({
      status: 'final',
      code: { coding: [{ code: '8480-6' }] },
      subject: { reference: 'Patient/p' },
      valueQuantity: { value: 120, unit: 'mmHg' },
      component: [{ valueQuantity: { value: 1 } }],
    });
  });

  test('what goes cannot be searched for either', () => {
    const found = (target: string) => asking(rules, [patient, observation], target).json.entry?.length ?? 0;
    expect([
      found('/Observation?code=8480-6'),
      found('/Observation?date=1970-12-24'),
      found(`/Patient?family=${secret}`),
    ]).toEqual([1, 0, 0]);
  });

  test('R-249 there is none of what an extension gives another meaning', () => {
    const odd = { ...observation, modifierExtension: [{ url: 'not', valueBoolean: true }] };
    expect(asking(rules, [odd], '/Observation/o').status).toBe(404);
  });
});

test('a permit that says why is not stopped by a consent; another one beside it is', () => {
  const out = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: 'Patient/out' },
    provision: { type: 'deny' },
  };
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    subject: { reference: 'Patient/out' },
    note: [{ text: 'x' }],
  };
  const plain = rule({ resources: { types: ['Observation'] } });
  const exempt = rule({
    id: 'overseen',
    resources: { types: ['Observation'] },
    mask: ['Observation.note'],
    consentExempt: 'Oversight is a duty of the law that no consent sets aside.',
  });
  const look = (...rules: object[]) => asking(rules, [observation], '/Observation/o', { out: [out] });
  expect(look(plain).status).toBe(404);
  expect(look(exempt).status).toBe(200);
  // The other rule, which knows no mask, is set aside with its consent.
  expect(look(plain, exempt).json.note).toBeUndefined();
});

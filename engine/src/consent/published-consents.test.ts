/**
 * Every published Consent (IHE PCF, HL7's sources, the R4 and R5 examples), with what must come of it, reasoned from its text. `not-enforced`: refused
 * for whom it could mean, since it cannot be told what it means. Read in place from ../shared/data, skipped when that is absent.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { published, publishedText } from '../../test/published-consents.ts';
import type { Caller } from '../caller.ts';
import { scan } from '../json/scan.ts';
import { labelsOf } from '../label/labels-of.ts';
import { plainRules } from './consent-effect.ts';
import { judgeConsents } from './judge-consents.ts';

type Wanted = 'permit' | 'none' | 'directive' | 'not-enforced' | 'unreadable';

interface Asked {
  /** `Practitioner/id` */
  readonly who?: string;
  readonly memberOf?: readonly string[];
  readonly purposes?: readonly string[];
  readonly interaction?: 'read' | 'update';
  readonly at?: string;
  /** A published file, or a resource. */
  readonly of?: string | object;
  readonly pointers?: Readonly<Record<string, readonly string[]>>;
}

const PCF = 'consent/ihe-pcf';
const normal = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' };
const label = (...codes: string[]) => ({
  security: codes.map((code) => ({
    system: `http://terminology.hl7.org/CodeSystem/${/^[ULMNRV]$/.test(code) ? 'v3-Confidentiality' : 'v3-ActCode'}`,
    code,
  })),
});
/** Of the published patient: a weight of 2004 labelled N, a sugar of 2020 labelled N, alcohol use of 2022 labelled R and ETHUD, all by the author. */
const weight = `${PCF}/Observation-ex-weight.json`;
const alcohol = `${PCF}/Observation-ex-alcoholUse.json`;
const plain = { resourceType: 'Observation', id: 'plain', meta: { security: [normal] }, code: { text: 'x' } };
const labelled = (...codes: string[]) => ({ ...plain, meta: label(...codes) });

const table: Readonly<Record<string, readonly (readonly [why: string, asked: Asked, wanted: Wanted])[]>> = {
  // ── IHE PCF, basic ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
  [`${PCF}/Consent-ex-consent-basic-treat.json`]: [
    ['Permit for treatment, payment, operations', { purposes: ['TREAT'] }, 'permit'],
    ['a purpose below one of them is covered', { purposes: ['CLMATTCH'] }, 'permit'],
    ['research is not its matter', { purposes: ['HRESCH'] }, 'none'],
    ['of two purposes, each must be covered', { purposes: ['TREAT', 'HRESCH'] }, 'none'],
    ['who says no purpose may have another', {}, 'none'],
    ['it agrees to treatment, not to an override (D15): no objection, and nothing is lifted', { purposes: ['BTG'] }, 'none'],
    ['restricted data too: a basic consent knows no labels', { purposes: ['TREAT'], of: alcohol }, 'permit'],
  ],
  [`${PCF}/Consent-ex-consent-basic-ink.json`]: [
    ['the same, on paper', { purposes: ['TREAT'] }, 'permit'],
    ['and no more', { purposes: ['HMARKT'] }, 'none'],
  ],
  [`${PCF}/Consent-ex-consent-basic-treat-infant.json`]: [
    ['given by the mother, for the child', { purposes: ['HPAYMT'] }, 'permit'],
    ['and no more', { purposes: ['HRESCH'] }, 'none'],
  ],
  [`${PCF}/Consent-ex-consent-basic-research.json`]: [
    ['Permit for research', { purposes: ['HRESCH'] }, 'permit'],
    ['clinical research is research', { purposes: ['CLINTRCH'] }, 'permit'],
    ['treatment is not its matter', { purposes: ['TREAT'] }, 'none'],
  ],
  [`${PCF}/Consent-ex-consent-expired-treat.json`]: [
    ['its period ended with 2022', { purposes: ['TREAT'] }, 'none'],
    ['and held until then', { purposes: ['TREAT'], at: '2022-10-01' }, 'permit'],
  ],
  // ── IHE PCF, intermediate ────────────────────────────────────────────────────────────────────────────────────────────────────────
  [`${PCF}/Consent-ex-consent-intermediate-authoredby.json`]: [
    ['only data by ex-practitioner: this one is by ex-author', { purposes: ['TREAT'], of: weight }, 'directive'],
    [
      'data by ex-practitioner',
      { purposes: ['TREAT'], of: { ...plain, performer: [{ reference: 'Practitioner/ex-practitioner' }] } },
      'permit',
    ],
    ['data that names no author may be by somebody else', { purposes: ['TREAT'], of: plain }, 'not-enforced'],
    [
      'a role may be that practitioner or another',
      { purposes: ['TREAT'], of: { ...plain, performer: [{ reference: 'PractitionerRole/r' }] } },
      'not-enforced',
    ],
    ['for research it says nothing', { purposes: ['HRESCH'], of: weight }, 'none'],
  ],
  [`${PCF}/Consent-ex-consent-intermediate-data.json`]: [
    ['a resource that it lists', { purposes: ['TREAT'], of: weight }, 'permit'],
    ['one that it does not', { purposes: ['TREAT'], of: plain }, 'directive'],
  ],
  [`${PCF}/Consent-ex-consent-intermediate-encounter.json`]: [
    ['data of the encounter', { purposes: ['TREAT'], of: weight, pointers: { 'Encounter/ex-encounter': [] } }, 'permit'],
    ['the encounter itself', { purposes: ['TREAT'], of: `${PCF}/Encounter-ex-encounter.json` }, 'permit'],
    ['data of no encounter', { purposes: ['TREAT'], of: plain, pointers: { 'Encounter/ex-encounter': [] } }, 'directive'],
    [
      'what the encounter points to',
      { purposes: ['TREAT'], of: plain, pointers: { 'Encounter/ex-encounter': ['Observation/plain'] } },
      'permit',
    ],
    ['while nobody knows what the encounter points to', { purposes: ['TREAT'], of: plain }, 'not-enforced'],
  ],
  [`${PCF}/Consent-ex-consent-intermediate-not-data.json`]: [
    ['all but the alcohol use', { purposes: ['TREAT'], of: alcohol }, 'directive'],
    ['the others', { purposes: ['TREAT'], of: weight }, 'permit'],
    ['without a purpose, the exception may hold', { of: alcohol }, 'not-enforced'],
  ],
  [`${PCF}/Consent-ex-consent-intermediate-not-timeframe.json`]: [
    ['not the data of 2022', { purposes: ['TREAT'], of: alcohol }, 'directive'],
    ['data of other years', { purposes: ['TREAT'], of: weight }, 'permit'],
    ['data without a date may be of 2022', { purposes: ['TREAT'], of: plain }, 'not-enforced'],
    [
      'data that begins in 2021 and ends in 2022 reaches into it',
      { purposes: ['TREAT'], of: { ...plain, effectivePeriod: { start: '2021-05-01', end: '2022-05-01' } } },
      'not-enforced',
    ],
  ],
  [`${PCF}/Consent-ex-consent-intermediate-purpose.json`]: [
    [
      'a purpose of its own, for the researchers',
      { purposes: ['FooBar'], memberOf: ['Organization/ex-org-researcher'] },
      'permit',
    ],
    ['that purpose, for others', { purposes: ['FooBar'], memberOf: [] }, 'none'],
    [
      'HL7’s purposes may be meant by it: nothing is lifted',
      { purposes: ['TREAT'], memberOf: ['Organization/ex-org-researcher'] },
      'none',
    ],
  ],
  [`${PCF}/Consent-ex-dissent-intermediate-break-glass.json`]: [
    ['Dissent', { purposes: ['TREAT'], memberOf: ['Group/ex-privilegedUsers'] }, 'directive'],
    ['except break-glass by the privileged', { purposes: ['BTG'], memberOf: ['Group/ex-privilegedUsers'] }, 'none'],
    ['not by others', { purposes: ['BTG'], memberOf: [] }, 'directive'],
    ['who may be privileged is not thereby', { purposes: ['BTG'] }, 'not-enforced'],
  ],
  // ── IHE PCF, advanced ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  [`${PCF}/Consent-ex-consent-advanced-normal-restricted.json`]: [
    ['normal data', { purposes: ['TREAT'], of: weight }, 'permit'],
    ['restricted data', { purposes: ['TREAT'], of: alcohol }, 'permit'],
    ['lower data is covered', { purposes: ['TREAT'], of: labelled('L') }, 'permit'],
    ['very restricted data is not', { purposes: ['TREAT'], of: labelled('V') }, 'directive'],
    ['data without a label may be very restricted', { purposes: ['TREAT'], of: { ...plain, meta: {} } }, 'not-enforced'],
  ],
  [`${PCF}/Consent-ex-consent-advanced-normal-break-glass-restricted.json`]: [
    ['normal data for treatment', { purposes: ['TREAT'], of: weight, memberOf: [] }, 'permit'],
    [
      'restricted data is not shared for treatment',
      { purposes: ['TREAT'], of: alcohol, memberOf: ['Group/ex-privilegedUsers'] },
      'directive',
    ],
    [
      'but when the privileged break the glass',
      { purposes: ['BTG'], of: alcohol, memberOf: ['Group/ex-privilegedUsers'] },
      'none',
    ],
    ['not when others do', { purposes: ['BTG'], of: alcohol, memberOf: [] }, 'directive'],
    [
      'very restricted data not even then',
      { purposes: ['BTG'], of: labelled('V'), memberOf: ['Group/ex-privilegedUsers'] },
      'directive',
    ],
  ],
  [`${PCF}/Consent-ex-consent-advanced-normal-focused-psy-or-sdv.json`]: [
    ['normal data', { purposes: ['TREAT'], of: weight }, 'permit'],
    [
      'psychiatric data for ex-practitioner',
      { who: 'Practitioner/ex-practitioner', purposes: ['TREAT'], of: labelled('R', 'PSY') },
      'permit',
    ],
    ['of violence, too', { who: 'Practitioner/ex-practitioner', purposes: ['TREAT'], of: labelled('R', 'SDV') }, 'permit'],
    ['not for others', { purposes: ['TREAT'], of: labelled('R', 'PSY') }, 'directive'],
    ['nor for others when it is labelled N by mistake', { purposes: ['TREAT'], of: labelled('N', 'PSY') }, 'directive'],
    [
      'HIV beside it is not covered',
      { who: 'Practitioner/ex-practitioner', purposes: ['TREAT'], of: labelled('R', 'PSY', 'HIV') },
      'not-enforced',
    ],
    ['other restricted data is not', { who: 'Practitioner/ex-practitioner', purposes: ['TREAT'], of: alcohol }, 'directive'],
  ],
  // ── HL7's own sources ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  'consent/hl7-fhir-source/IPS-consent-01-optin.xml': [
    // R4. The root is typed, so the region's own policy rule does not decide.
    ['Permit for care management', { purposes: ['CAREMGT'] }, 'permit'],
    ['treatment is not its matter', { purposes: ['TREAT'] }, 'none'],
  ],
  'consent/hl7-fhir-source/IPS-consent-02.xml': [
    // R4. Its data is named by a display only: what depends on it cannot be told, so research on anything may be against it.
    ['research on data that cannot be told', { purposes: ['CLINTRCH'] }, 'not-enforced'],
    ['treatment is not its matter', { purposes: ['HPAYMT'] }, 'not-enforced'],
  ],
  'consent/hl7-fhir-source/consent-example-No-Emergency.xml': [
    // Of a build between R4 and R5: `scope` and `subject` together. What members of two versions mean together, nobody can tell.
    ['two versions in one', { purposes: ['TREAT'] }, 'unreadable'],
    ['two versions in one', { purposes: ['HRESCH'] }, 'unreadable'],
  ],
  'consent/hl7-fhir-source/consent-example-notSecLabel.xml': [
    ['R5’s members around a provision of R4', { of: labelled('R', 'HIV') }, 'unreadable'],
    ['R5’s members around a provision of R4', { of: weight }, 'unreadable'],
  ],
  // ── FHIR R4 examples: roots without a type ───────────────────────────────────────────────────────────────────────────────────────
  'fhir-examples/r4/Consent-consent-example-basic.json': [
    ['OPTIN, in force until 2016', {}, 'none'],
    ['while it was in force: all data for normal treatment', { at: '2015-06-01' }, 'permit'],
  ],
  'fhir-examples/r4/Consent-consent-example-notTime.json': [
    // Its words speak of data of a time frame, which is `dataPeriod`; it has `period`, "the timeframe for this rule". It is word for word the
    // structure of the example above, which means the opposite; so the element's definition is followed (docs/divergences.md).
    ['OPTIN, in force for January 2015', {}, 'none'],
    ['in that time it permits', { at: '2015-01-15' }, 'permit'],
  ],
  'fhir-examples/r4/Consent-consent-example-Out.json': [
    // "No data at the hospital": the custodian says where data is held, not who asks. It closes for everybody.
    ['OPTOUT of what a custodian holds', {}, 'not-enforced'],
    ['for its members, too', { memberOf: ['Organization/f001'] }, 'not-enforced'],
  ],
  'fhir-examples/r4/Consent-consent-example-grantor.json': [
    // "Read-only access for XXX" under OPTOUT, without a type: whether the root opts out for XXX or is the exception, cannot be told.
    ['for the one it names', { who: 'Patient/example' }, 'not-enforced'],
    ['for everyone else', {}, 'not-enforced'],
  ],
  'fhir-examples/r4/Consent-consent-example-notThem.json': [
    // OPTIN, and a root without a type that names the one who is not to see it.
    ['the former spouse', { who: 'Practitioner/f204' }, 'not-enforced'],
    ['everyone else', {}, 'none'],
    ['writing is not access or correction of somebody else’s', { interaction: 'update' }, 'none'],
    ['the former spouse may not correct either', { who: 'Practitioner/f204', interaction: 'update' }, 'not-enforced'],
  ],
  'fhir-examples/r4/Consent-consent-example-pkb.json': [
    // Twelve untyped provisions, some twice with the same condition: a screen shot, not a decision.
    ['a member', { memberOf: ['Organization/f001'], of: weight }, 'not-enforced'],
    ['a member, psychiatric data', { memberOf: ['Organization/f001'], of: labelled('R', 'PSY') }, 'not-enforced'],
    ['everyone else', { memberOf: [], of: weight }, 'not-enforced'],
  ],
  'fhir-examples/r4/Consent-consent-example-signature.json': [
    ['its period has ended', { who: 'Practitioner/13' }, 'none'],
    ['while it held, for the one it names', { who: 'Practitioner/13', at: '2016-06-01' }, 'not-enforced'],
    ['and for others', { at: '2016-06-01' }, 'none'],
  ],
  'fhir-examples/r4/Consent-consent-example-smartonfhir.json': [
    ['half an hour in 2016', {}, 'none'],
    [
      'in that half hour, what it names',
      { at: '2016-06-23T17:10:00+10:00', of: { resourceType: 'MedicationRequest', id: 'm' } },
      'permit',
    ],
    ['a permit in a permit is written to focus it', { at: '2016-06-23T17:10:00+10:00' }, 'not-enforced'],
  ],
  // ── FHIR R5 examples ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
  'fhir-examples/r5/consent-example.json': [
    ['deny, but in a period that ended in 2019', {}, 'directive'],
    ['within it: all data for normal treatment', { at: '2018-12-30' }, 'permit'],
  ],
  'fhir-examples/r5/consent-example-Out.json': [['Permit, but not what a custodian holds', {}, 'not-enforced']],
  'fhir-examples/r5/consent-example-notAuthor.json': [
    ['"restricted from disclosure to every provider": what the hospital holds', {}, 'not-enforced'],
  ],
  'fhir-examples/r5/consent-example-notOrg.json': [
    ['a member of the organization does not read', { memberOf: ['Organization/f001'] }, 'directive'],
    ['nor correct', { memberOf: ['Organization/f001'], interaction: 'update' }, 'directive'],
    ['others do', { memberOf: ['Organization/other'] }, 'permit'],
    ['who may be a member does not', {}, 'not-enforced'],
  ],
  'fhir-examples/r5/consent-example-notThis.json': [
    ['the order itself', { of: { resourceType: 'MedicationRequest', id: 'medrx0305' } }, 'directive'],
    [
      'a result that points to it',
      {
        of: { ...plain, basedOn: [{ reference: 'MedicationRequest/medrx0305' }] },
        pointers: { 'MedicationRequest/medrx0305': [] },
      },
      'directive',
    ],
    ['what it points to', { of: plain, pointers: { 'MedicationRequest/medrx0305': ['Observation/plain'] } }, 'directive'],
    ['anything else', { of: weight, pointers: { 'MedicationRequest/medrx0305': ['Observation/plain'] } }, 'permit'],
    ['while nobody knows what it points to', { of: weight }, 'not-enforced'],
  ],
  'fhir-examples/r5/consent-example-Emergency.json': [
    // "Deny, except emergencies": by R5, each level turns the one above, so what is written says permit, except emergencies. And its actor is a
    // custodian. Closed, whoever asks.
    ['treatment', { purposes: ['TREAT'] }, 'not-enforced'],
    ['emergency treatment', { purposes: ['ETREAT'] }, 'not-enforced'],
    ['research', { purposes: ['HRESCH'] }, 'not-enforced'],
  ],
  'fhir-examples/r5/consent-example-grantor.json': [
    ['read-only for Dr. Heps', { who: 'Practitioner/f007' }, 'permit'],
    ['who may not write', { who: 'Practitioner/f007', interaction: 'update' }, 'directive'],
    ['nobody else, as far as the custodian does not mean them', {}, 'not-enforced'],
  ],
  'fhir-examples/r5/consent-example-smartonfhir.json': [
    ['the permit stays when the half hour of its exception is over', {}, 'permit'],
    ['in that half hour nothing', { at: '2016-06-23T17:10:00+10:00' }, 'directive'],
    ['but prescriptions', { at: '2016-06-23T17:10:00+10:00', of: { resourceType: 'MedicationRequest', id: 'm' } }, 'permit'],
  ],
};

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

function judged(file: string, asked: Asked): string {
  const consent = publishedText(file);
  const { patient, subject } = JSON.parse(consent);
  const resource = typeof asked.of === 'string' ? JSON.parse(publishedText(asked.of)) : (asked.of ?? plain);
  const document = scan(new TextEncoder().encode(JSON.stringify(resource)));
  const caller: Caller = {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u', name: 'U', fhirUser: asked.who ?? 'Practitioner/somebody' },
    ...{ roles: [], scopes: [], patient: undefined, token: undefined, address: '127.0.0.1' },
    purposes: (asked.purposes ?? []).map((code) => ({
      system: code === 'FooBar' ? 'http://example.org/policies/purposeOfUse' : ACT_REASON,
      code,
    })),
  };
  const judge = judgeConsents([new TextEncoder().encode(consent)], {
    caller,
    interaction: asked.interaction ?? 'read',
    patient: (patient ?? subject).reference.slice('Patient/'.length),
    now: Date.parse(asked.at ?? '2026-05-01T10:00:00Z'),
    bases: [],
    memberships: asked.memberOf === undefined ? undefined : new Set(asked.memberOf),
    rules: plainRules,
  });
  const effect = judge.effect({
    type: resource.resourceType,
    id: resource.id,
    document,
    node: document.root,
    labels: labelsOf(document, document.root),
    pointers: new Map(Object.entries(asked.pointers ?? {})),
  });
  return effect.kind === 'deny' ? effect.why : effect.kind;
}

describe.skipIf(!published)('the published Consents (../shared/data, skipped when absent)', () => {
  const rows = Object.entries(table).flatMap(([file, cases]) =>
    cases.map(([why, asked, wanted]) => [path.basename(file), why, wanted, file, asked] as const),
  );
  test.each(rows)('R-120 %s: %s: %s', (_, _why, wanted, file, asked) => {
    expect(judged(file, asked)).toBe(wanted);
  });

  test('none is left out', () => {
    const data = path.resolve(import.meta.dirname, '../../../../shared/data');
    const files = ['consent/ihe-pcf', 'consent/hl7-fhir-source', 'fhir-examples/r4', 'fhir-examples/r5'].flatMap((folder) =>
      readdirSync(path.join(data, folder))
        .filter((name) => /^consent-|^IPS-consent/i.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(files.filter((file) => table[file] === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(30);
  });
});

/** Small resources of many types, from few values, so that searches find something and values meet again. Over 400 lines: one maker a type. */
import type { Json } from './json.ts';
import { ACT_CODE, CONFIDENTIALITY, INLINE } from './naive/labels.ts';
import type { Random } from './random.ts';
import { ourBase, type SceneFacts, upstreamBase } from './scenario.ts';

export const patients = ['p1', 'p2', 'p3', 'p4'] as const;
const practitioners = ['d1', 'd2', 'd3'];

/** How ids of a type begin, and how many there are in a world. */
export const population: Readonly<Record<string, readonly [prefix: string, size: number]>> = {
  Patient: ['p', 4],
  Practitioner: ['d', 3],
  PractitionerRole: ['pr', 3],
  Organization: ['o', 3],
  Location: ['l', 3],
  Medication: ['m', 3],
  Device: ['dev', 4],
  Group: ['g', 4],
  Encounter: ['e', 5],
  Observation: ['ob', 8],
  Condition: ['c', 6],
  MedicationRequest: ['mr', 5],
  RelatedPerson: ['rp', 4],
  CareTeam: ['ct', 4],
  Consent: ['co', 4],
  DocumentReference: ['doc', 5],
  Composition: ['com', 4],
  List: ['li', 4],
  Provenance: ['pv', 5],
  CodeSystem: ['cs', 3],
  ValueSet: ['vs', 4],
  Bundle: ['bu', 4],
};
export const types = Object.keys(population);
/** What searches by codes read. */
export const terminology: readonly string[] = ['CodeSystem', 'ValueSet'];

export const maskCandidates: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    'name',
    'name.family',
    'name.given',
    'birthDate',
    'address',
    'identifier',
    'telecom',
    'deceased[x]',
    'deceasedBoolean',
    'gender',
    'generalPractitioner',
    'identifier.system',
  ],
  Practitioner: ['name', 'telecom', 'identifier', 'name.family', 'identifier.system'],
  PractitionerRole: ['organization', 'code'],
  Organization: ['name', 'partOf', 'identifier', 'identifier.system'],
  Location: ['name', 'managingOrganization'],
  Medication: ['code', 'manufacturer'],
  Device: ['patient', 'type', 'deviceName'],
  Group: ['member', 'code', 'name'],
  Encounter: ['reasonCode', 'period', 'period.end', 'participant', 'class', 'location'],
  Observation: [
    'value[x]',
    'valueQuantity',
    'valueString',
    'code',
    'subject',
    'performer',
    'status',
    'component',
    'hasMember',
    'note',
    'valueQuantity.code',
    'encounter',
    'identifier.system',
  ],
  Condition: ['code', 'subject', 'code.text', 'severity', 'onset[x]', 'onsetString', 'encounter', 'clinicalStatus'],
  MedicationRequest: ['medicationReference', 'reasonCode', 'requester', 'status'],
  RelatedPerson: ['name', 'telecom', 'name.family'],
  CareTeam: ['participant', 'name'],
  Consent: ['provision', 'dateTime'],
  DocumentReference: ['description', 'content', 'author', 'category'],
  Composition: ['title', 'section', 'author'],
  List: ['entry', 'title', 'code'],
  Provenance: ['agent', 'recorded', 'target'],
  CodeSystem: ['concept', 'title', 'version'],
  ValueSet: ['compose', 'compose.exclude', 'compose.include.filter', 'title'],
  Bundle: ['timestamp', 'signature'],
};

export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
/** Labels of somebody else's. */
export const PARTNER = 'https://partner.example/labels';
const names = ['Smith', 'Ada', 'Äda', 'Smythe', 'Lee', 'Ada', 'Äda'];
export const systems: readonly string[] = [LOINC, SNOMED];
/** Of the code systems that value sets are made of. */
const vocabulary: Readonly<Record<string, readonly string[]>> = {
  [LOINC]: ['glucose', 'hiv', 'weight', 'systolic', 'diastolic', 'letter', 'report', 'problems', 'drugs'],
  [SNOMED]: ['flu', 'hiv', 'asthma', 'mild', 'severe', 'positive', 'negative', 'aspirin', 'methadone', 'pump', 'pacer'],
};
export const valueSets = ['http://example.org/vs/1', 'http://example.org/vs/2', 'http://example.org/vs/3'];
const labelledElements: Readonly<Record<string, readonly string[]>> = {
  Patient: ['address', 'telecom', 'name'],
  Observation: ['valueQuantity'],
  Encounter: ['period'],
  Practitioner: ['name'],
};
const dates = ['2021-03-04', '2022-05-06', '2023', '2023-11-05', '2024-01-02'];

export function generate(random: Random, type: string, id: string, subjects: SceneFacts['subjects']): Json {
  const maker = new Maker(random, id, subjects);
  const own = { resourceType: type, id, ...maker.meta(), ...maker.of(type) };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

class Maker {
  readonly #random: Random;
  readonly #id: string;
  readonly #subjects: SceneFacts['subjects'];
  #type = '';

  constructor(random: Random, id: string, subjects: SceneFacts['subjects']) {
    this.#random = random;
    this.#id = id;
    this.#subjects = subjects;
  }

  meta(): Json {
    const random = this.#random;
    const security = [
      ...(random.chance(0.2) ? [{ system: CONFIDENTIALITY, code: random.pick(['N', 'N', 'R', 'V', 'M']) }] : []),
      ...(random.about('sensitivities', 0.12, 0.5)
        ? random.some(['HIV', 'SUD', 'OPIOIDUD', 'NODSCLCD'], 1, random.about('sensitivities', 0, 0.5) ? 2 : 1)
        : []
      ).map((code) => ({ system: ACT_CODE, code })),
      ...(random.chance(0.04) ? [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' }] : []),
      ...(random.chance(0.04) ? [{ system: PARTNER, code: random.pick(['staff', 'red']) }] : []),
    ];
    const tag = random.chance(0.2) ? [{ system: 'http://example.org/tags', code: random.pick(['red', 'blue']) }] : undefined;
    const profile = random.chance(0.15) ? [`http://example.org/profile/${random.pick(['x', 'y'])}`] : undefined;
    const meta = { ...(security.length > 0 ? { security } : {}), ...(tag ? { tag } : {}), ...(profile ? { profile } : {}) };
    return Object.keys(meta).length === 0 ? {} : { meta };
  }

  of(type: string): Json {
    this.#type = type;
    const body = this.#makers[type]!.call(this);
    if (this.#random.chance(0.3)) this.#labelElement(type, body);
    // Its opposite, say.
    if (['Observation', 'Condition'].includes(type) && this.#random.chance(0.04))
      body.modifierExtension = [{ url: 'http://example.org/not', valueBoolean: true }];
    // A Bundle is no DomainResource.
    if (type === 'Bundle') return body;
    if (this.#random.chance(0.15))
      body.text = { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${this.#random.pick(names)}</div>` };
    if (this.#random.chance(0.06)) {
      const isPerson = this.#random.chance(0.4);
      body.contained = [
        {
          ...(isPerson
            ? { resourceType: 'Practitioner', id: 'in', ...this.#person() }
            : { resourceType: 'Organization', id: 'in', name: this.#random.pick(names) }),
          ...(this.#random.chance(0.2) ? { meta: { security: [{ system: CONFIDENTIALITY, code: 'R' }] } } : {}),
        },
      ];
      if (type === 'Observation' && this.#random.chance(0.7)) body.performer = [{ reference: '#in' }];
      if (type === 'Encounter' && this.#random.chance(0.7)) body.serviceProvider = { reference: '#in' };
    }
    return body;
  }

  /** DS4P: a label of a single element, which is there. */
  #labelElement(type: string, body: Json): void {
    const place = this.#random.pick(labelledElements[type] ?? ['none']);
    const value = Array.isArray(body[place]) ? body[place][0] : body[place];
    if (typeof value !== 'object') return;
    const label = this.#random.pick([
      { system: CONFIDENTIALITY, code: this.#random.pick(['R', 'V', 'N']) },
      { system: ACT_CODE, code: this.#random.pick(['HIV', 'SUD']) },
    ]);
    value.extension = [{ url: INLINE, valueCoding: label }];
  }

  readonly #makers: Readonly<Record<string, () => Json>> = {
    Patient: () => ({
      ...this.#person(),
      ...this.#maybe(0.5, () => ({ birthDate: this.#random.pick([...dates, '1930-05-06']) })),
      ...this.#maybe(0.3, () =>
        this.#random.pick([
          { deceasedBoolean: true },
          { deceasedBoolean: false },
          { deceasedDateTime: this.#random.pick(dates) },
        ]),
      ),
      ...this.#maybe(0.5, () => ({ generalPractitioner: [this.#ref('Practitioner')] })),
      ...this.#maybe(0.3, () => ({ managingOrganization: this.#ref('Organization') })),
      ...this.#maybe(0.15, () => ({ maritalStatus: this.#concept(SNOMED, ['hiv', 'flu', 'asthma', 'positive']) })),
      ...this.#maybe(0.1, () => ({ link: [{ other: this.#patient(), type: 'seealso' }] })),
    }),
    Practitioner: () => this.#person(),
    PractitionerRole: () => ({
      active: true,
      practitioner: this.#ref('Practitioner'),
      organization: this.#ref('Organization'),
      code: [this.#concept(SNOMED, ['doctor', 'nurse'])],
    }),
    Organization: () => ({
      ...this.#identified(),
      name: this.#random.pick(names),
      ...this.#maybe(0.4, () => ({ partOf: this.#ref('Organization') })),
    }),
    Location: () => ({
      status: 'active',
      name: this.#random.pick(names),
      ...this.#maybe(0.6, () => ({ managingOrganization: this.#ref('Organization') })),
    }),
    Medication: () => ({
      code: this.#concept(SNOMED, ['aspirin', 'methadone']),
      ...this.#maybe(0.4, () => ({ manufacturer: this.#ref('Organization') })),
    }),
    Device: () => ({
      status: this.#random.pick(['active', 'inactive']),
      type: this.#concept(SNOMED, ['pump', 'pacer']),
      deviceName: [{ name: this.#random.pick(names), type: 'user-friendly-name' }],
      ...this.#maybe(0.6, () => ({ patient: this.#subject() })),
    }),
    Group: () => ({
      type: 'person',
      actual: true,
      name: this.#random.pick(names),
      code: this.#concept(SNOMED, ['cohort', 'ward']),
      ...this.#maybe(0.8, () => ({
        member: this.#random.some(patients, 1, 2).map((id) => ({ entity: { reference: `Patient/${id}` } })),
      })),
      ...this.#maybe(0.3, () => ({ managingEntity: this.#ref('Organization') })),
    }),
    Encounter: () => ({
      status: this.#random.pick(['finished', 'in-progress']),
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: this.#random.pick(['AMB', 'EMER']) },
      subject: this.#subject(),
      ...this.#maybe(0.7, () => ({
        period: this.#random.chance(0.2)
          ? { end: this.#random.pick(dates) }
          : { start: this.#random.pick(dates), ...this.#maybe(0.6, () => ({ end: this.#random.pick(dates) })) },
      })),
      ...this.#maybe(0.6, () => ({ participant: [{ individual: this.#ref('Practitioner') }] })),
      ...this.#maybe(0.5, () => ({ reasonCode: [this.#concept(SNOMED, ['flu', 'hiv'])] })),
      ...this.#maybe(0.3, () => ({ location: [{ location: this.#ref('Location') }] })),
    }),
    Observation: () => ({
      ...this.#maybe(0.3, () => this.#identified()),
      status: this.#random.pick(['final', 'amended', 'preliminary']),
      ...this.#maybe(0.5, () => ({
        category: [this.#concept('http://terminology.hl7.org/CodeSystem/observation-category', ['laboratory', 'vital-signs'])],
      })),
      code: this.#concept(LOINC, ['glucose', 'hiv', 'weight']),
      subject: this.#subject(),
      ...this.#maybe(0.7, () => ({ effectiveDateTime: this.#random.pick(dates) })),
      ...this.#maybe(this.#random.isAbout('references in consents') ? 0.9 : 0.3, () => ({ encounter: this.#ref('Encounter') })),
      ...this.#maybe(0.5, () => ({ performer: [this.#random.chance(0.2) ? this.#patient() : this.#ref('Practitioner')] })),
      ...this.#maybe(0.7, () => this.#value()),
      ...this.#maybe(0.3, () => ({ component: [{ code: this.#concept(LOINC, ['systolic', 'diastolic']), ...this.#value() }] })),
      ...this.#maybe(0.2, () => ({ hasMember: [this.#ref('Observation')] })),
      ...this.#maybe(0.2, () => ({ note: [{ text: this.#random.pick(names) }] })),
    }),
    Condition: () => ({
      clinicalStatus: this.#concept('http://terminology.hl7.org/CodeSystem/condition-clinical', ['active', 'resolved']),
      code: this.#concept(SNOMED, ['flu', 'hiv', 'asthma']),
      subject: this.#subject(),
      ...this.#maybe(0.5, () => ({ severity: this.#concept(SNOMED, ['mild', 'severe']) })),
      ...this.#maybe(0.6, () =>
        this.#random.weighted<Json>([
          [7, { onsetDateTime: this.#random.pick(dates) }],
          [3, { onsetString: this.#random.pick(names) }],
          [
            this.#random.isAbout('great ages') ? 20 : 1,
            { onsetAge: { value: this.#random.pick([50, 93]), system: 'http://unitsofmeasure.org', code: 'a' } },
          ],
        ]),
      ),
      ...this.#maybe(0.4, () => ({ encounter: this.#ref('Encounter') })),
      ...this.#maybe(0.3, () => ({ asserter: this.#random.chance(0.3) ? this.#patient() : this.#ref('Practitioner') })),
    }),
    MedicationRequest: () => ({
      status: this.#random.pick(['active', 'stopped']),
      intent: 'order',
      medicationReference: this.#ref('Medication'),
      subject: this.#subject(),
      ...this.#maybe(0.5, () => ({ requester: this.#ref('Practitioner') })),
      ...this.#maybe(this.#random.isAbout('references in consents') ? 0.9 : 0.3, () => ({ encounter: this.#ref('Encounter') })),
      ...this.#maybe(0.4, () => ({ reasonCode: [this.#concept(SNOMED, ['flu', 'hiv'])] })),
      ...this.#maybe(0.5, () => ({ authoredOn: this.#random.pick(dates) })),
    }),
    RelatedPerson: () => ({ ...this.#person(), patient: this.#subject() }),
    CareTeam: () => ({
      status: 'active',
      name: this.#random.pick(names),
      subject: this.#subject(),
      ...this.#maybe(0.7, () => ({
        participant: [{ member: this.#random.chance(0.2) ? this.#patient() : this.#ref('Practitioner') }],
      })),
    }),
    Consent: () => ({
      status: this.#random.pick(['active', 'inactive']),
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      category: [this.#concept(LOINC, ['59284-0'])],
      patient: this.#subject(),
      ...this.#maybe(0.6, () => ({ dateTime: this.#random.pick(dates) })),
      provision: { type: this.#random.pick(['permit', 'deny']) },
    }),
    DocumentReference: () => ({
      status: 'current',
      type: this.#concept(LOINC, ['letter', 'report']),
      ...this.#maybe(0.8, () => ({ subject: this.#subject() })),
      ...this.#maybe(0.5, () => ({ author: [this.#ref('Practitioner')] })),
      ...this.#maybe(0.5, () => ({ description: this.#random.pick(names) })),
      ...this.#maybe(0.15, () => ({ context: { encounter: [this.#ref('Encounter')] } })),
      ...this.#maybe(0.1, () => ({ securityLabel: [{ coding: [{ system: CONFIDENTIALITY, code: 'R' }] }] })),
      content: [
        { attachment: { contentType: this.#random.pick(['text/plain', 'application/pdf']), title: this.#random.pick(names) } },
      ],
    }),
    Composition: () => ({
      status: 'final',
      type: this.#concept(LOINC, ['letter', 'report']),
      ...this.#maybe(0.8, () => ({ subject: this.#subject() })),
      date: this.#random.pick(dates),
      author: [this.#ref('Practitioner')],
      title: this.#random.pick(names),
      ...this.#maybe(0.2, () => ({ encounter: this.#ref('Encounter') })),
      ...this.#maybe(0.5, () => ({ section: [{ entry: [this.#ref('Condition')] }] })),
    }),
    List: () => ({
      status: 'current',
      mode: 'working',
      title: this.#random.pick(names),
      code: this.#concept(LOINC, ['problems', 'drugs']),
      ...this.#maybe(0.8, () => ({ subject: this.#subject() })),
      ...this.#maybe(0.6, () => ({
        entry: this.#random.some(['Condition', 'Observation'], 1, 2).map((type) => ({ item: this.#ref(type) })),
      })),
    }),
    Provenance: () => ({
      target: [
        this.#random.chance(0.5) ? this.#patient() : this.#ref(this.#random.pick(['Observation', 'Condition', 'Encounter'])),
      ],
      recorded: `${this.#random.pick(['2022-05-06', '2024-01-02'])}T01:02:03Z`,
      agent: [{ who: this.#ref('Practitioner') }],
    }),
    Bundle: () => ({
      type: 'collection',
      ...this.#maybe(0.5, () => ({ timestamp: `${this.#random.pick(['2022-05-06', '2024-01-02'])}T01:02:03Z` })),
      entry: this.#random
        .some(['Observation', 'Condition', 'Practitioner', 'Organization', 'Patient'], 1, 2)
        .map((type) => ({ resource: this.#part(type) })),
      ...this.#maybe(0.3, () => ({ signature: { when: '2024-01-02T01:02:03Z', data: 'c2ln' } })),
    }),
    CodeSystem: () => {
      const url = this.#random.pick(systems);
      return {
        url,
        ...this.#maybe(0.5, () => ({ version: this.#random.pick(['1', '2', '10']) })),
        status: 'active',
        title: this.#random.pick(names),
        ...this.#maybe(0.05, () => ({ hierarchyMeaning: 'part-of' })),
        content: this.#random.chance(0.95) ? 'complete' : 'fragment',
        concept: this.#tree(this.#random.some(vocabulary[url]!, 6, vocabulary[url]!.length)),
      };
    },
    ValueSet: () => ({
      url: this.#random.pick(valueSets),
      ...this.#maybe(0.5, () => ({ version: this.#random.pick(['1', '2', '10']) })),
      status: 'active',
      title: this.#random.pick(names),
      compose: {
        include: this.#random.chance(0.3) ? [this.#codes(), this.#codes()] : [this.#codes()],
        ...this.#maybe(0.25, () => ({ exclude: [this.#codes()] })),
      },
    }),
  };

  /** Some of them below others. */
  #tree(codes: readonly string[]): readonly Json[] {
    const roots: Json[] = [];
    const all: Json[] = [];
    for (const code of codes) {
      const concept: Json = { code };
      if (all.length === 0 || this.#random.chance(0.35)) roots.push(concept);
      else {
        const parent = this.#random.pick(all);
        parent.concept = [...(parent.concept ?? []), concept];
      }
      all.push(concept);
    }
    return roots;
  }

  /** A part of a value set. */
  #codes(): Json {
    const system = this.#random.pick(systems);
    return this.#random.weighted<() => Json>([
      [6, () => ({ system, concept: this.#random.some(vocabulary[system]!, 1, 4).map((code) => ({ code })) })],
      [1, () => ({ system })],
      [
        2,
        () => ({
          system,
          filter: [
            {
              property: 'concept',
              op: this.#random.pick(['is-a', 'is-a', 'descendent-of']),
              value: this.#random.pick(vocabulary[system]!),
            },
          ],
        }),
      ],
      [1, () => ({ valueSet: [this.#random.pick(valueSets)] })],
    ])();
  }

  /** Of another type, under an id of its own. */
  #part(type: string): Json {
    const [prefix, size] = population[type]!;
    return generate(this.#random, type, `${prefix}${1 + this.#random.below(size)}`, this.#subjects);
  }

  #maybe(share: number, make: () => Json): Json {
    return this.#random.chance(share) ? make() : {};
  }

  #person(): Json {
    return {
      ...this.#identified(),
      name: [
        this.#random.chance(0.2)
          ? { family: this.#name() }
          : { ...this.#maybe(0.9, () => ({ family: this.#name() })), given: [this.#name()] },
      ],
      ...this.#maybe(0.6, () => ({ gender: this.#random.pick(['male', 'female']) })),
      ...this.#maybe(0.4, () => ({
        telecom: [{ system: this.#random.pick(['phone', 'email']), value: `${this.#random.below(3)}` }],
      })),
      ...this.#maybe(0.4, () => ({ address: [{ city: this.#random.pick(['Bern', 'Basel']) }] })),
    };
  }

  #name(): string {
    return this.#random.pick(this.#random.about('accents', 0) ? ['Ada', 'Äda'] : names);
  }

  #identified(): Json {
    return this.#maybe(0.7, () => ({
      identifier: [
        this.#random.chance(0.1)
          ? { system: 'urn:x' }
          : { ...this.#maybe(0.8, () => ({ system: 'urn:x' })), value: `${this.#random.below(5)}` },
      ],
    }));
  }

  #value(): Json {
    return this.#random.pick([
      {
        valueQuantity: {
          value: this.#random.below(4) + 0.5,
          unit: 'mg',
          system: 'http://unitsofmeasure.org',
          code: this.#random.pick(['mg', 'g']),
        },
      },
      { valueString: this.#random.pick(names) },
      { valueCodeableConcept: this.#concept(SNOMED, ['positive', 'negative']) },
    ]);
  }

  #concept(system: string, codes: readonly string[]): Json {
    const code = this.#random.pick(codes);
    if (this.#random.chance(0.08)) return { text: `about ${code}` };
    return {
      coding: [{ system, code, ...this.#maybe(0.15, () => ({ display: `${code.toUpperCase()}-related` })) }],
      ...this.#maybe(0.3, () => ({ text: `about ${code}` })),
    };
  }

  #ref(type: string): Json {
    const [prefix, size] = population[type]!;
    return {
      reference: `${type}/${prefix}${1 + this.#random.below(size)}`,
      ...this.#maybe(0.2, () => ({ display: this.#random.pick(names) })),
    };
  }

  #patient(): Json {
    return { reference: `Patient/${this.#random.pick(patients)}` };
  }

  /** Mostly the patient whom the facts know of; sometimes another, a group or device, or somebody without a name. */
  #subject(): Json {
    const random = this.#random;
    const known = this.#subjects[`${this.#type}/${this.#id}`];
    const id = known !== undefined && known.length > 0 && random.chance(0.85) ? known[0] : random.pick(patients);
    if (this.#type !== 'Consent' && this.#type !== 'RelatedPerson' && random.chance(0.05))
      return random.pick([{ reference: 'Group/g1' }, { identifier: { system: 'urn:x', value: '1' } }]);
    return random.chance(0.08) ? { reference: `${upstreamBase}/Patient/${id}` } : { reference: `Patient/${id}` };
  }
}

export { names, ourBase, practitioners };

/**
 * What a scene is mostly about. Much of what goes wrong goes wrong only where several rare things meet: a mask, what a world holds, a request. In a scene with a theme they are
 * drawn together and often; in all others they stay as rare as they are, so that what is added to the harness makes nothing else rarer (swarm testing).
 */
export interface Theme {
  readonly name: string;
  /** Types that such a world has. */
  readonly types?: readonly string[];
  /** Elements that rules mask there, where they mask something of the type. */
  readonly masks?: readonly string[];
  /** What is drawn nearly always, and elsewhere now and then. */
  readonly topics?: readonly Topic[];
  /** How much more often requests of a kind are asked. */
  readonly asks?: Readonly<Record<string, number>>;
}

export type Topic =
  | 'accents'
  | 'announced masks'
  | 'any set'
  | 'broken glass'
  | 'circumstances'
  | 'clearances'
  | 'coded types'
  | 'consent rules'
  | 'consents'
  | 'content'
  | 'de-identification'
  | 'duties'
  | 'element denies'
  | 'forms of a choice'
  | 'glass in consents'
  | 'great ages'
  | 'identities'
  | 'insides'
  | 'kept back'
  | 'label rules'
  | 'masks'
  | 'narrow writes'
  | 'odd consents'
  | 'part masks'
  | 'parts first'
  | 'pseudonyms'
  | 'references in consents'
  | 'sensitivities'
  | 'several consents'
  | 'wide rules';

export const nothing: Theme = { name: 'nothing in particular' };

const patientData = ['Observation', 'Condition', 'Encounter', 'MedicationRequest', 'DocumentReference'];

/** By weight; those weigh more in which more is rare. */
export const themes: readonly (readonly [weight: number, theme: Theme])[] = [
  [6, nothing],
  [
    3,
    {
      name: 'sets without codes',
      types: ['Observation', 'Condition', 'MedicationRequest'],
      masks: ['ValueSet.compose', 'ValueSet.compose.include.filter'],
      topics: ['any set', 'coded types', 'masks'],
      asks: { 'search by terminology': 12 },
    },
  ],
  [2, { name: 'great ages', types: ['Condition'], topics: ['great ages', 'pseudonyms'], asks: { read: 2 } }],
  [
    2,
    {
      name: 'parts of values',
      types: ['Observation', 'Condition', 'Encounter', 'Practitioner', 'Organization'],
      masks: ['Patient', 'Practitioner', 'Organization', 'Observation'].map((type) => `${type}.identifier.system`),
      topics: ['masks', 'part masks', 'parts first'],
      asks: { 'search by what is masked': 9 },
    },
  ],
  [
    4,
    {
      name: 'several consents',
      types: patientData,
      topics: ['consents', 'consent rules', 'several consents'],
      asks: { read: 2 },
    },
  ],
  [
    4,
    {
      name: 'consents to what is near',
      types: ['Encounter', 'List', 'Observation', 'Condition', 'Organization'],
      topics: ['consents', 'references in consents'],
      asks: { read: 2 },
    },
  ],
  [1, { name: 'kept back in full sight', topics: ['kept back', 'wide rules'], asks: { 'what full sight tells': 4 } }],
  [
    2,
    {
      name: 'collections',
      types: ['List', 'Group', 'CareTeam', 'Condition', 'Observation', 'Practitioner'],
      masks: ['List.entry', 'Group.member', 'CareTeam.participant'],
      topics: ['masks'],
      asks: { 'search _in': 12, 'search _list': 4 },
    },
  ],
  [
    3,
    {
      name: 'names',
      types: ['Practitioner', 'RelatedPerson', 'Organization', 'Location'],
      masks: [
        ...['Patient', 'Practitioner', 'RelatedPerson'].flatMap((type) => [`${type}.name.family`, `${type}.name.given`]),
        ...['Patient.identifier.system', 'Practitioner.identifier.system', 'Organization.identifier.system'],
      ],
      topics: ['accents', 'masks', 'part masks'],
      asks: { 'search by what is masked': 6 },
    },
  ],
  [
    3,
    {
      name: 'parts',
      types: ['Observation', 'Encounter', 'Condition', 'ValueSet'],
      topics: ['masks', 'part masks', 'element denies'],
      asks: { 'search by what is masked': 6, patch: 2 },
    },
  ],
  [
    2,
    {
      name: 'subjects',
      types: ['Observation', 'Condition', 'Device', 'Composition'],
      masks: ['Observation.subject', 'Condition.subject', 'Device.patient', 'Observation.encounter', 'Condition.encounter'],
      topics: ['masks'],
      asks: { 'search in a compartment': 6, 'search chained': 2, 'search _has': 2, $everything: 2 },
    },
  ],
  [
    2,
    {
      name: 'forms of a choice',
      types: ['Observation', 'Condition'],
      topics: ['forms of a choice', 'announced masks', 'element denies'],
      asks: { update: 3, patch: 3, 'conditional update': 2 },
    },
  ],
  [
    3,
    {
      name: 'writes',
      types: patientData,
      topics: ['narrow writes', 'clearances'],
      asks: { update: 3, patch: 3, delete: 3, transaction: 2 },
    },
  ],
  [2, { name: 'histories', topics: ['clearances'], asks: { 'history of a type': 5, 'history of all': 4, vread: 2 } }],
  [
    2,
    { name: 'exports', types: ['Group', 'Observation'], masks: ['Group.member'], topics: ['consents'], asks: { $export: 12 } },
  ],
  [
    2,
    {
      name: 'terminology',
      types: ['Observation', 'Condition', 'MedicationRequest'],
      masks: ['ValueSet.compose', 'ValueSet.compose.exclude', 'ValueSet.compose.include.filter', 'CodeSystem.concept'],
      topics: ['coded types', 'masks'],
      asks: { 'search by terminology': 10 },
    },
  ],
  [
    3,
    {
      name: 'labels',
      types: ['Observation', 'Condition', 'Encounter', 'RelatedPerson', 'Bundle'],
      topics: ['label rules', 'clearances', 'duties'],
      asks: { read: 2 },
    },
  ],
  [
    2,
    {
      name: 'insides',
      types: ['Bundle', 'Composition', 'Observation'],
      topics: ['insides', 'masks'],
      asks: { read: 2, $document: 3 },
    },
  ],
  [
    3,
    {
      name: 'pseudonyms',
      types: ['Observation', 'Condition', 'Encounter'],
      topics: ['pseudonyms'],
      asks: { 'by the ids behind pseudonyms': 6 },
    },
  ],
  [2, { name: 'de-identification', types: patientData, topics: ['de-identification'], asks: { read: 2 } }],
  [4, { name: 'odd consents', types: patientData, topics: ['consents', 'odd consents'], asks: { read: 2 } }],
  [
    7,
    {
      name: 'consents',
      types: [...patientData, 'List', 'Organization'],
      topics: ['consents', 'consent rules'],
      asks: { read: 2 },
    },
  ],
  [3, { name: 'consents to sensitive data', types: patientData, topics: ['consents', 'sensitivities'], asks: { read: 2 } }],
  [4, { name: 'broken glass', types: patientData, topics: ['broken glass'], asks: { read: 2 } }],
  [
    3,
    {
      name: 'broken glass and consents',
      types: patientData,
      topics: ['broken glass', 'consents', 'glass in consents'],
      asks: { read: 2 },
    },
  ],
  [3, { name: 'circumstances', topics: ['circumstances', 'identities', 'content'], types: patientData }],
  [2, { name: 'full sight', topics: ['wide rules'], asks: { 'what full sight tells': 4 } }],
];

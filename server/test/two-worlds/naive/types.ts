/** FHIR R4 security.html and compartmentdefinition-patient.html for the types of the harness, written by hand: nothing is taken from the engine. */
export interface NaiveType {
  readonly category: 'anonymous' | 'patient' | 'individual' | 'business' | 'not-classified';
  /** Element paths whose references put it into a Patient compartment. */
  readonly compartment: readonly string[];
  /** Of those, the ones that say whom it is about. */
  readonly about: readonly string[];
  /** A reference to it may lead to a patient. */
  readonly leadsToPatients: boolean;
}

const patient = (about: readonly string[], also: readonly string[] = []): NaiveType => ({
  category: 'patient',
  compartment: [...about, ...also],
  about,
  leadsToPatients: true,
});
const open = (compartment: readonly string[]): NaiveType => ({
  category: 'not-classified',
  compartment,
  about: [],
  leadsToPatients: true,
});
const business = (leadsToPatients: boolean, compartment: readonly string[] = []): NaiveType => ({
  category: 'business',
  compartment,
  about: [],
  leadsToPatients,
});
const individual: NaiveType = { category: 'individual', compartment: [], about: [], leadsToPatients: false };

const anybody: NaiveType = { category: 'anonymous', compartment: [], about: [], leadsToPatients: false };

export const naiveTypes: Readonly<Record<string, NaiveType>> = {
  Patient: patient(['link.other']),
  Practitioner: individual,
  PractitionerRole: individual,
  Organization: business(false),
  Location: business(false),
  Medication: business(false),
  Device: business(true),
  Group: business(true, ['member.entity']),
  Encounter: patient(['subject']),
  Observation: patient(['subject'], ['performer']),
  Condition: patient(['subject'], ['asserter']),
  MedicationRequest: patient(['subject']),
  RelatedPerson: patient(['patient']),
  CareTeam: patient(['subject'], ['participant.member']),
  Consent: patient(['patient']),
  DocumentReference: open(['subject', 'author']),
  Composition: open(['subject', 'author', 'attester.party']),
  List: open(['subject', 'source']),
  Provenance: open(['target']),
  CodeSystem: anybody,
  ValueSet: anybody,
  Bundle: open([]),
};

/** How what stands for a masked element is written: the member, and whether it is a list. For those that the harness announces. */
export const announcedShapes: Readonly<Record<string, readonly [member: string, list: boolean]>> = {
  'Patient.name': ['name', true],
  'Patient.birthDate': ['_birthDate', false],
  'Patient.gender': ['_gender', false],
  'Patient.address': ['address', true],
  'Observation.code': ['code', false],
  'Observation.status': ['_status', false],
  'Observation.valueQuantity': ['valueQuantity', false],
  'Observation.subject': ['subject', false],
  'Condition.code': ['code', false],
  'Condition.severity': ['severity', false],
  'Condition.subject': ['subject', false],
  'Encounter.reasonCode': ['reasonCode', true],
  'Encounter.class': ['class', false],
  'Organization.name': ['_name', false],
  'Practitioner.name': ['name', true],
};

/** Which resource types each part of a record holds; the words for the parts are texts. Order is the order on the page. */
import type { Texts } from './texts.ts';

export type PartKey = keyof Texts['parts'];

export interface RecordPart {
  readonly key: PartKey;
  readonly types: readonly string[];
}

export const recordParts: readonly RecordPart[] = [
  { key: 'everything', types: ['*'] },
  { key: 'personal', types: ['Patient', 'RelatedPerson', 'Person'] },
  {
    key: 'medicines',
    types: ['Medication', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration'],
  },
  {
    key: 'conditions',
    types: [
      'Condition',
      'AllergyIntolerance',
      'FamilyMemberHistory',
      'ClinicalImpression',
      'DetectedIssue',
      'RiskAssessment',
      'Flag',
      'AdverseEvent',
    ],
  },
  {
    key: 'results',
    types: ['Observation', 'DiagnosticReport', 'Specimen', 'ImagingStudy', 'Media', 'BodyStructure', 'MolecularSequence'],
  },
  { key: 'vaccinations', types: ['Immunization', 'ImmunizationRecommendation', 'ImmunizationEvaluation'] },
  {
    key: 'treatment',
    types: [
      'Procedure',
      'CarePlan',
      'CareTeam',
      'Goal',
      'ServiceRequest',
      'NutritionOrder',
      'Device',
      'DeviceRequest',
      'DeviceUseStatement',
      'Task',
      'RequestGroup',
      'VisionPrescription',
    ],
  },
  { key: 'visits', types: ['Encounter', 'EpisodeOfCare', 'Appointment', 'AppointmentResponse', 'Schedule', 'Slot'] },
  {
    key: 'documents',
    types: [
      'DocumentReference',
      'DocumentManifest',
      'Composition',
      'QuestionnaireResponse',
      'Communication',
      'CommunicationRequest',
      'Binary',
      'List',
      'Provenance',
    ],
  },
  {
    key: 'insurance',
    types: [
      'Coverage',
      'Claim',
      'ClaimResponse',
      'ExplanationOfBenefit',
      'Account',
      'Invoice',
      'ChargeItem',
      'CoverageEligibilityRequest',
      'CoverageEligibilityResponse',
      'Contract',
    ],
  },
  {
    key: 'directory',
    types: [
      'Practitioner',
      'PractitionerRole',
      'Organization',
      'OrganizationAffiliation',
      'Location',
      'HealthcareService',
      'Endpoint',
    ],
  },
  { key: 'access', types: ['AuditEvent', 'Consent'] },
];

export interface Kind {
  readonly system: string;
  readonly code: keyof Texts['categories'];
}

const core = 'http://hl7.org/fhir/us/core/CodeSystem';
const hl7 = 'http://terminology.hl7.org/CodeSystem';
const of = (system: string, ...codes: readonly Kind['code'][]): readonly Kind[] => codes.map((code) => ({ system, code }));

/**
 * Types whose categories a person can choose among (granular scopes, SMART App Launch 2.2 §Finer-grained): the sub-resources that HTI-1 and the scopes of
 * US Core 6 to 8 name.
 */
export const kindsOfTypes: Readonly<Record<string, readonly Kind[]>> = {
  Condition: [
    ...of(`${hl7}/condition-category`, 'problem-list-item', 'encounter-diagnosis'),
    ...of(`${core}/condition-category`, 'health-concern'),
  ],
  Observation: [
    ...of(
      `${hl7}/observation-category`,
      'vital-signs',
      'laboratory',
      'imaging',
      'procedure',
      'exam',
      'survey',
      'social-history',
    ),
    ...of(`${core}/us-core-category`, 'sdoh', 'functional-status', 'disability-status', 'cognitive-status'),
    ...of(`${core}/us-core-category`, 'treatment-intervention-preference', 'care-experience-preference'),
  ],
  DiagnosticReport: [...of(`${hl7}/v2-0074`, 'LAB'), ...of('http://loinc.org', 'LP29684-5', 'LP29708-2', 'LP7839-6')],
  DocumentReference: of(`${core}/us-core-documentreference-category`, 'clinical-note'),
  ServiceRequest: [
    ...of('http://snomed.info/sct', '387713003', '108252007', '363679005', '409063005', '409073007'),
    ...of(`${core}/us-core-category`, 'sdoh', 'functional-status'),
  ],
};

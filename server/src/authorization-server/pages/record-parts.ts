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

/** Types whose categories a person can choose among, with the code system of the categories (granular scopes, SMART App Launch 2.2 §Finer-grained). */
export const kindsOfTypes: Readonly<
  Record<string, { readonly system: string; readonly codes: readonly (keyof Texts['categories'])[] }>
> = {
  Observation: {
    system: 'http://terminology.hl7.org/CodeSystem/observation-category',
    codes: ['vital-signs', 'laboratory', 'imaging', 'survey', 'social-history'],
  },
  Condition: {
    system: 'http://terminology.hl7.org/CodeSystem/condition-category',
    codes: ['problem-list-item', 'encounter-diagnosis'],
  },
};

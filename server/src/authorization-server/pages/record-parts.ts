/** The parts of a record in words that a patient would use, and which resource types each of them holds. Order is the order on the page. */
export interface RecordPart {
  readonly label: string;
  readonly hint: string;
  readonly types: readonly string[];
}

export const recordParts: readonly RecordPart[] = [
  { label: 'Everything', hint: 'Every part of the record, also parts that are added to this system later', types: ['*'] },
  {
    label: 'Personal details',
    hint: 'Name, date of birth, address, next of kin',
    types: ['Patient', 'RelatedPerson', 'Person'],
  },
  {
    label: 'Medicines',
    hint: 'What is taken, what was prescribed, when',
    types: ['Medication', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration'],
  },
  {
    label: 'Conditions and allergies',
    hint: 'Diagnoses, past illnesses, what causes a reaction',
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
    label: 'Test results',
    hint: 'Blood pressure, weight, laboratory, images, reports',
    types: ['Observation', 'DiagnosticReport', 'Specimen', 'ImagingStudy', 'Media', 'BodyStructure', 'MolecularSequence'],
  },
  {
    label: 'Vaccinations',
    hint: 'What was given, when, and what is due',
    types: ['Immunization', 'ImmunizationRecommendation', 'ImmunizationEvaluation'],
  },
  {
    label: 'Treatment and plans',
    hint: 'Operations, therapies, devices, goals, who is in the care team',
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
  {
    label: 'Visits and appointments',
    hint: 'When and where care was given',
    types: ['Encounter', 'EpisodeOfCare', 'Appointment', 'AppointmentResponse', 'Schedule', 'Slot'],
  },
  {
    label: 'Documents and messages',
    hint: 'Letters, notes, questionnaires, messages with the hospital',
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
    label: 'Insurance and bills',
    hint: 'Cover, claims, payments',
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
    label: 'The hospital’s directory',
    hint: 'Doctors, departments, places; nothing about a patient',
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
  { label: 'Who looked, and consents', hint: 'The access log and what was agreed', types: ['AuditEvent', 'Consent'] },
];

/** Words for the categories that granular scopes name most; anything else is shown as its code. */
export const categoryWords: Readonly<Record<string, string>> = {
  laboratory: 'laboratory results',
  'vital-signs': 'blood pressure, weight, pulse',
  survey: 'questionnaires',
  'social-history': 'ways of living, such as smoking',
  imaging: 'images',
  exam: 'examinations',
  procedure: 'procedures',
  therapy: 'therapies',
  activity: 'activity',
  'problem-list-item': 'the problem list',
  'encounter-diagnosis': 'diagnoses made at visits',
  'health-concern': 'health concerns',
};

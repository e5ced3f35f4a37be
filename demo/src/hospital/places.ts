// The organizations, buildings and shared catalogues: everything that is about no patient.
import type { Ledger, Reference } from './ledger.ts';
import type { Random } from './random.ts';
import { CODES, hl7, SENSITIVE } from './terminology.ts';

const BASE = 'https://aldervale.example/fhir';

export interface Places {
  readonly hospital: Reference;
  readonly practice: Reference;
  readonly laboratory: Reference;
  readonly insurer: Reference;
  readonly emergency: Reference;
  readonly medicine: Reference;
  readonly psychiatry: Reference;
  readonly consultingRoom: Reference;
  readonly emergencyRoom: Reference;
  readonly ward: Reference;
  readonly outpatientService: Reference;
  readonly formulary: readonly Reference[];
  readonly intakeQuestionnaire: string;
}

export function places(ledger: Ledger, random: Random): Places {
  const organization = (name: string, type: string, partOf?: Reference): Reference =>
    ledger.add(
      random,
      'Organization',
      {
        identifier: [{ system: `${BASE}/organizations`, value: `ORG-${random.integer(1000, 9999)}` }],
        active: true,
        type: [hl7('organization-type', type)],
        name,
        telecom: [{ system: 'phone', value: `+44 1632 960${random.integer(100, 999)}`, use: 'work' }],
        ...(partOf === undefined ? {} : { partOf }),
      },
      { display: name },
    );
  const hospital = organization('Alder Vale Hospital', 'prov');
  const emergency = organization('Emergency Department', 'dept', hospital);
  const medicine = organization('Department of Medicine', 'dept', hospital);
  const psychiatry = organization('Department of Psychiatry', 'dept', hospital);
  const practice = organization('Brookside Family Practice', 'prov');
  const laboratory = organization('Vale Diagnostics Laboratory', 'prov');
  const insurer = organization('Hearthside Mutual Insurance', 'ins');

  const location = (name: string, managingOrganization: Reference, physicalType: string): Reference =>
    ledger.add(
      random,
      'Location',
      {
        status: 'active',
        name,
        mode: 'instance',
        physicalType: hl7('location-physical-type', physicalType),
        managingOrganization,
      },
      { display: name },
    );
  const consultingRoom = location('Brookside consulting room 2', practice, 'ro');
  const emergencyRoom = location('Emergency room', emergency, 'ro');
  const ward = location('Ward 4, Birch', medicine, 'wa');
  location('Laboratory reception', laboratory, 'ro');
  location('Psychiatry outpatient suite', psychiatry, 'ro');

  const outpatientService = ledger.add(
    random,
    'HealthcareService',
    { active: true, providedBy: hospital, name: 'Medical outpatients', location: [ward] },
    { display: 'Medical outpatients' },
  );
  ledger.add(random, 'Endpoint', {
    status: 'active',
    connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' },
    name: 'Laboratory results',
    managingOrganization: laboratory,
    payloadType: [hl7('endpoint-payload-type', 'any')],
    address: 'https://laboratory.example/fhir',
  });

  const formulary = [SENSITIVE.methadone, SENSITIVE.naltrexone, SENSITIVE.sertraline].map((drug) =>
    ledger.add(
      random,
      'Medication',
      { code: { coding: [drug], text: drug.display }, status: 'active', manufacturer: laboratory },
      { display: drug.display },
    ),
  );
  return {
    hospital,
    practice,
    laboratory,
    insurer,
    emergency,
    medicine,
    psychiatry,
    consultingRoom,
    emergencyRoom,
    ward,
    outpatientService,
    formulary,
    intakeQuestionnaire: catalogues(ledger, random),
  };
}

/** Published definitions, of the anonymous security category; returns the canonical URL of the intake questionnaire. */
function catalogues(ledger: Ledger, random: Random): string {
  const system = `${BASE}/CodeSystem/triage`;
  const published = { status: 'active', date: ledger.date(400), publisher: 'Alder Vale Hospital' };
  ledger.add(random, 'CodeSystem', {
    url: system,
    ...published,
    version: '1.2.0',
    name: 'AlderValeTriage',
    title: 'Triage at Alder Vale',
    content: 'complete',
    concept: [
      { code: 'red', display: 'At once' },
      { code: 'amber', display: 'Within ten minutes' },
      { code: 'green', display: 'Within two hours' },
    ],
  });
  ledger.add(random, 'ValueSet', {
    url: `${BASE}/ValueSet/triage`,
    ...published,
    version: '1.2.0',
    name: 'AlderValeTriageCodes',
    compose: { include: [{ system }] },
  });
  ledger.add(random, 'ValueSet', {
    url: `${BASE}/ValueSet/smoking`,
    ...published,
    name: 'SmokingStatusCodes',
    compose: {
      include: [
        { system: CODES.neverSmoked.system, concept: [{ code: CODES.neverSmoked.code, display: CODES.neverSmoked.display }] },
      ],
    },
  });
  const intake = `${BASE}/Questionnaire/intake`;
  ledger.add(random, 'Questionnaire', {
    url: intake,
    ...published,
    title: 'Intake questions',
    subjectType: ['Patient'],
    item: [
      { linkId: 'smoking', text: 'Do you smoke?', type: 'boolean' },
      { linkId: 'units', text: 'Units of alcohol in a week', type: 'decimal' },
      { linkId: 'safe', text: 'Do you feel safe at home?', type: 'boolean' },
    ],
  });
  return intake;
}

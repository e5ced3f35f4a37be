// The codes that the hospital writes: public codes from SNOMED CT, LOINC, ICD-10-CM, ATC and CVX, with short displays of our own.

export interface Coded {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

const snomed = (code: string, display: string): Coded => ({ system: 'http://snomed.info/sct', code, display });
const loinc = (code: string, display: string): Coded => ({ system: 'http://loinc.org', code, display });
const atc = (code: string, display: string): Coded => ({ system: 'http://www.whocc.no/atc', code, display });
const cvx = (code: string, display: string): Coded => ({ system: 'http://hl7.org/fhir/sid/cvx', code, display });
const icd = (code: string, display: string): Coded => ({ system: 'http://hl7.org/fhir/sid/icd-10-cm', code, display });

export const concept = (...codings: readonly Coded[]) => ({ coding: codings, text: codings[0]?.display });
/** A code of one of HL7's own terminology systems. */
export const hl7 = (system: string, code: string, display?: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code, ...(display === undefined ? {} : { display }) }],
});

export const CHRONIC: readonly { readonly condition: Coded; readonly drug: Coded; readonly dose: string }[] = [
  { condition: snomed('38341003', 'High blood pressure'), drug: atc('C09AA03', 'Lisinopril'), dose: '10 mg once daily' },
  { condition: snomed('44054006', 'Type 2 diabetes'), drug: atc('A10BA02', 'Metformin'), dose: '500 mg twice daily' },
  { condition: snomed('195967001', 'Asthma'), drug: atc('R03AC02', 'Salbutamol'), dose: '2 puffs as needed' },
  {
    condition: snomed('13645005', 'Chronic obstructive lung disease'),
    drug: atc('R03BB04', 'Tiotropium'),
    dose: '1 inhalation daily',
  },
  { condition: snomed('55822004', 'Raised blood lipids'), drug: atc('C10AA05', 'Atorvastatin'), dose: '20 mg at night' },
  { condition: snomed('40930008', 'Underactive thyroid'), drug: atc('H03AA01', 'Levothyroxine'), dose: '50 ug once daily' },
  { condition: snomed('49436004', 'Atrial fibrillation'), drug: atc('B01AF02', 'Apixaban'), dose: '5 mg twice daily' },
  { condition: snomed('84114007', 'Heart failure'), drug: atc('C03CA01', 'Furosemide'), dose: '40 mg once daily' },
  { condition: snomed('235595009', 'Acid reflux'), drug: atc('A02BC01', 'Omeprazole'), dose: '20 mg before breakfast' },
];

export const ACUTE: readonly { readonly condition: Coded; readonly drug: Coded; readonly dose: string }[] = [
  { condition: snomed('10509002', 'Acute bronchitis'), drug: atc('N02BE01', 'Paracetamol'), dose: '500 mg as needed' },
  {
    condition: snomed('65363002', 'Middle ear infection'),
    drug: atc('J01CA04', 'Amoxicillin'),
    dose: '500 mg three times daily',
  },
  {
    condition: snomed('68566005', 'Urinary tract infection'),
    drug: atc('J01EA01', 'Trimethoprim'),
    dose: '200 mg twice daily',
  },
  { condition: snomed('37796009', 'Migraine'), drug: atc('M01AE01', 'Ibuprofen'), dose: '400 mg as needed' },
  { condition: snomed('195662009', 'Viral sore throat'), drug: atc('N02BE01', 'Paracetamol'), dose: '500 mg as needed' },
];

export const EMERGENCIES: readonly { readonly condition: Coded; readonly procedure: Coded; readonly admitted: boolean }[] = [
  { condition: snomed('74400008', 'Appendicitis'), procedure: snomed('80146002', 'Removal of appendix'), admitted: true },
  { condition: snomed('233604007', 'Pneumonia'), procedure: snomed('399208008', 'Chest X-ray'), admitted: true },
  { condition: snomed('22298006', 'Heart attack'), procedure: snomed('40701008', 'Echocardiogram'), admitted: true },
  {
    condition: snomed('65966004', 'Broken forearm'),
    procedure: snomed('274474001', 'Immobilisation of a bone'),
    admitted: false,
  },
  { condition: snomed('110030002', 'Concussion'), procedure: snomed('303653007', 'CT of head'), admitted: false },
];

export const ALLERGIES: readonly {
  readonly to: Coded;
  readonly category: 'medication' | 'food' | 'environment';
  readonly reaction: Coded;
}[] = [
  { to: snomed('91936005', 'Penicillin allergy'), category: 'medication', reaction: snomed('126485001', 'Hives') },
  { to: snomed('91935009', 'Peanut allergy'), category: 'food', reaction: snomed('39579001', 'Anaphylaxis') },
  { to: snomed('300916003', 'Latex allergy'), category: 'environment', reaction: snomed('271807003', 'Rash') },
];

export const VACCINES: readonly Coded[] = [
  cvx('140', 'Influenza'),
  cvx('115', 'Tdap'),
  cvx('03', 'MMR'),
  cvx('208', 'COVID-19 mRNA'),
  cvx('08', 'Hepatitis B'),
];

export interface Measure {
  readonly code: Coded;
  readonly unit: string;
  readonly middle: number;
  readonly spread: number;
  /** Digits after the point that the instrument reports, zeros included. */
  readonly digits: number;
}

const measure = (code: Coded, unit: string, middle: number, spread: number, digits: number): Measure => ({
  code,
  unit,
  middle,
  spread,
  digits,
});

export const VITALS: readonly Measure[] = [
  measure(loinc('8867-4', 'Heart rate'), '/min', 74, 22, 0),
  measure(loinc('8310-5', 'Body temperature'), 'Cel', 36.9, 0.9, 1),
  measure(loinc('9279-1', 'Respiratory rate'), '/min', 16, 5, 0),
  measure(loinc('59408-5', 'Oxygen saturation'), '%', 97, 3, 0),
];
export const LABS: readonly Measure[] = [
  measure(loinc('718-7', 'Haemoglobin'), 'g/dL', 13.6, 2.5, 1),
  measure(loinc('6690-2', 'White cells'), '10*3/uL', 7.2, 3.4, 2),
  measure(loinc('777-3', 'Platelets'), '10*3/uL', 262, 90, 0),
  measure(loinc('2160-0', 'Creatinine'), 'mg/dL', 1.0, 0.4, 2),
  measure(loinc('2951-2', 'Sodium'), 'mmol/L', 140, 4, 0),
  measure(loinc('2823-3', 'Potassium'), 'mmol/L', 4.2, 0.7, 2),
  measure(loinc('2345-7', 'Glucose'), 'mg/dL', 101, 38, 0),
  measure(loinc('1988-5', 'C-reactive protein'), 'mg/L', 6, 5.9, 2),
];
export const HBA1C = measure(loinc('4548-4', 'Haemoglobin A1c'), '%', 7.1, 1.4, 2);
export const WEIGHT = measure(loinc('29463-7', 'Body weight'), 'kg', 74, 22, 2);
export const HEIGHT = measure(loinc('8302-2', 'Body height'), 'cm', 170, 14, 1);
export const HIV_LOAD = measure(loinc('20447-9', 'HIV-1 RNA'), '{copies}/mL', 210, 190, 0);
export const CD4 = measure(loinc('24467-3', 'CD4 cells'), '/uL', 540, 260, 0);
export const ETHANOL = measure(loinc('5643-2', 'Ethanol in blood'), 'mg/dL', 148, 92, 1);
export const PHQ9 = measure(loinc('44261-6', 'PHQ-9 total score'), '{score}', 15, 8, 0);

export const CODES = {
  bloodPressure: loinc('85354-9', 'Blood pressure'),
  systolic: loinc('8480-6', 'Systolic'),
  diastolic: loinc('8462-4', 'Diastolic'),
  labReport: loinc('58410-2', 'Blood count panel'),
  dischargeSummary: loinc('18842-5', 'Discharge summary'),
  consultNote: loinc('11488-4', 'Consultation note'),
  problemList: loinc('11450-4', 'Problem list'),
  venousBlood: snomed('119297000', 'Blood sample'),
  referral: snomed('3457005', 'Referral'),
  smoker: loinc('72166-2', 'Smoking status'),
  neverSmoked: snomed('266919005', 'Never smoked'),
  pacemaker: snomed('14106009', 'Cardiac pacemaker'),
  glucoseMeter: snomed('337414009', 'Blood glucose meter'),
  fallsRisk: snomed('129839007', 'At risk of falls'),
  privacyConsent: loinc('59284-0', 'Patient consent'),
  mother: { system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH', display: 'mother' },
  diabetesInFamily: snomed('73211009', 'Diabetes'),
} as const satisfies Record<string, Coded>;

export const SENSITIVE = {
  alcohol: snomed('7200002', 'Alcohol dependence'),
  naltrexone: atc('N07BB04', 'Naltrexone'),
  opioid: snomed('75544000', 'Opioid dependence'),
  methadone: atc('N07BC02', 'Methadone'),
  depression: snomed('370143000', 'Major depression'),
  sertraline: atc('N06AB06', 'Sertraline'),
  trauma: snomed('47505003', 'Post-traumatic stress disorder'),
  psychotherapy: snomed('75516001', 'Psychotherapy'),
  hiv: snomed('86406008', 'HIV infection'),
  antiretroviral: atc('J05AR20', 'Bictegravir with emtricitabine and tenofovir alafenamide'),
  chlamydia: snomed('240589008', 'Chlamydia infection'),
  doxycycline: atc('J01AA02', 'Doxycycline'),
  pregnancy: snomed('72892002', 'Normal pregnancy'),
  termination: snomed('57797005', 'Induced termination of pregnancy'),
  partnerAbuse: snomed('706893006', 'Victim of intimate partner abuse'),
  physicalAbuse: icd('T74.11XA', 'Adult physical abuse, confirmed'),
} as const satisfies Record<string, Coded>;

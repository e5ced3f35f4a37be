// One encounter with a patient and what is measured in it: the atoms of which every story is made.
import type { Label } from './labels.ts';
import type { Ledger, Reference } from './ledger.ts';
import type { Patient } from './population.ts';
import type { Random } from './random.ts';
import { decimal } from './resource.ts';
import { CODES, type Coded, concept, hl7, type Measure } from './terminology.ts';

export type VisitKind = 'ambulatory' | 'inpatient' | 'emergency';

export interface Visit {
  readonly patient: Patient;
  readonly random: Random;
  readonly encounter: Reference;
  readonly by: Reference;
  readonly daysAgo: number;
  readonly minute: number;
  readonly label: Label | undefined;
}

const classes = {
  ambulatory: { code: 'AMB', display: 'ambulatory' },
  inpatient: { code: 'IMP', display: 'inpatient encounter' },
  emergency: { code: 'EMER', display: 'emergency' },
} as const satisfies Record<VisitKind, { code: string; display: string }>;

export interface VisitDetails {
  readonly kind: VisitKind;
  readonly daysAgo: number;
  readonly by: Reference;
  readonly nurse?: Reference;
  readonly at: Reference;
  readonly organization: Reference;
  readonly reason?: Coded;
  readonly label?: Label | undefined;
}

export function visit(ledger: Ledger, patient: Patient, random: Random, details: VisitDetails): Visit {
  const { kind, daysAgo, by, nurse } = details;
  const label = patient.label ?? details.label;
  const minute = kind === 'emergency' ? random.integer(0, 1380) : random.integer(510, 990);
  const period = {
    start: ledger.instant(daysAgo, minute),
    end:
      kind === 'inpatient'
        ? ledger.instant(daysAgo - random.integer(1, 5), 660)
        : ledger.instant(daysAgo, minute + random.integer(10, 55)),
  };
  const participant = (individual: Reference, code: string) => ({
    type: [hl7('v3-ParticipationType', code)],
    period,
    individual,
  });
  const encounter = ledger.add(
    random,
    'Encounter',
    {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', ...classes[kind] },
      subject: patient.reference,
      participant: [participant(by, 'PPRF'), ...(nurse === undefined ? [] : [participant(nurse, 'PART')])],
      period,
      ...(details.reason === undefined ? {} : { reasonCode: [concept(details.reason)] }),
      location: [{ location: details.at }],
      serviceProvider: details.organization,
    },
    { label },
  );
  return { patient, random, encounter, by, daysAgo, minute, label };
}

/** One numeric Observation, printed with the digits of its instrument. */
export function observe(
  ledger: Ledger,
  during: Visit,
  measure: Measure,
  category: 'vital-signs' | 'laboratory' | 'survey',
  extra: object = {},
): Reference {
  const value = Math.max(0, during.random.around(measure.middle, measure.spread));
  return ledger.add(
    during.random,
    'Observation',
    {
      ...observation(ledger, during, category),
      code: concept(measure.code),
      valueQuantity: {
        value: decimal(value, measure.digits),
        unit: measure.unit,
        system: 'http://unitsofmeasure.org',
        code: measure.unit,
      },
      ...extra,
    },
    { label: during.label },
  );
}

export function bloodPressure(ledger: Ledger, during: Visit): Reference {
  const part = (code: Coded, middle: number, spread: number) => ({
    code: concept(code),
    valueQuantity: {
      value: Math.round(during.random.around(middle, spread)),
      unit: 'mmHg',
      system: 'http://unitsofmeasure.org',
      code: 'mm[Hg]',
    },
  });
  return ledger.add(
    during.random,
    'Observation',
    {
      ...observation(ledger, during, 'vital-signs'),
      code: concept(CODES.bloodPressure),
      component: [part(CODES.systolic, 128, 30), part(CODES.diastolic, 79, 18)],
    },
    { label: during.label },
  );
}

export function diagnose(
  ledger: Ledger,
  during: Visit,
  what: readonly Coded[],
  status: 'active' | 'resolved',
  label = during.label,
): Reference {
  return ledger.add(
    during.random,
    'Condition',
    {
      clinicalStatus: hl7('condition-clinical', status),
      verificationStatus: hl7('condition-ver-status', 'confirmed'),
      category: [hl7('condition-category', 'encounter-diagnosis')],
      code: concept(...what),
      subject: during.patient.reference,
      encounter: during.encounter,
      onsetDateTime: ledger.date(during.daysAgo + during.random.integer(0, 20)),
      ...(status === 'resolved' ? { abatementDateTime: ledger.date(during.daysAgo - 10) } : {}),
      recordedDate: ledger.date(during.daysAgo),
      asserter: during.by,
    },
    { label, display: what[0]?.display ?? '' },
  );
}

export interface Prescription {
  /** Either a code or a Medication of the formulary. */
  readonly drug: Coded | Reference;
  readonly dose: string;
  readonly reason: Reference;
}

export function prescribe(ledger: Ledger, during: Visit, prescription: Prescription, label = during.label): Reference {
  const { drug, dose, reason } = prescription;
  return ledger.add(
    during.random,
    'MedicationRequest',
    {
      status: during.daysAgo < 200 ? 'active' : 'completed',
      intent: 'order',
      ...('reference' in drug ? { medicationReference: drug } : { medicationCodeableConcept: concept(drug) }),
      subject: during.patient.reference,
      encounter: during.encounter,
      authoredOn: ledger.instant(during.daysAgo, during.minute + 5),
      requester: during.by,
      reasonReference: [reason],
      dosageInstruction: [{ text: dose }],
    },
    { label },
  );
}

export function perform(ledger: Ledger, during: Visit, what: Coded, reason?: Reference, label = during.label): Reference {
  return ledger.add(
    during.random,
    'Procedure',
    {
      status: 'completed',
      code: concept(what),
      subject: during.patient.reference,
      encounter: during.encounter,
      performedDateTime: ledger.instant(during.daysAgo, during.minute + 20),
      performer: [{ actor: during.by }],
      ...(reason === undefined ? {} : { reasonReference: [reason] }),
    },
    { label },
  );
}

function observation(ledger: Ledger, during: Visit, category: string) {
  return {
    status: 'final',
    category: [hl7('observation-category', category)],
    subject: during.patient.reference,
    encounter: during.encounter,
    effectiveDateTime: ledger.instant(during.daysAgo, during.minute + 3),
    issued: ledger.instant(during.daysAgo, during.minute + 9),
    performer: [during.by],
  };
}

// The ordinary part of a record: check-ups, chronic and short illnesses, emergencies, prevention.
import type { Ledger, Reference } from './ledger.ts';
import { narrative } from './ledger.ts';
import type { Places } from './places.ts';
import type { Patient } from './population.ts';
import { decimal } from './resource.ts';
import type { Staff } from './staff.ts';
import {
  ACUTE,
  ALLERGIES,
  CHRONIC,
  CODES,
  concept,
  EMERGENCIES,
  HBA1C,
  HEIGHT,
  hl7,
  LABS,
  VACCINES,
  VITALS,
  WEIGHT,
} from './terminology.ts';
import { bloodPressure, diagnose, observe, perform, prescribe, type Visit, visit } from './visit.ts';

export interface Record {
  readonly visits: readonly Visit[];
  readonly conditions: readonly Reference[];
}

/** `busy` patients have a record several times as thick. */
export function routine(ledger: Ledger, patient: Patient, places: Places, staff: Staff, busy: boolean): Record {
  const random = patient.random.fork('routine');
  const horizon = Math.min(patient.age - 1, 3 * 365);
  const visits: Visit[] = [];
  const conditions: Reference[] = [];
  const chronic = patient.minor ? [] : CHRONIC.filter(() => random.chance(busy ? 0.4 : 0.16));

  const checkUps = busy ? 9 : random.integer(3, 4);
  for (let i = 0; i < checkUps; i++) {
    const own = random.fork(`check-up-${i}`);
    const daysAgo = Math.max(1, Math.round((horizon * (i + own.fraction())) / checkUps));
    const during = visit(ledger, patient, own, {
      kind: 'ambulatory',
      daysAgo,
      by: patient.physician,
      nurse: staff.nurse,
      at: places.consultingRoom,
      organization: places.practice,
    });
    visits.push(during);
    for (const measure of VITALS) if (own.chance(0.8)) observe(ledger, during, measure, 'vital-signs');
    bloodPressure(ledger, during);
    measureBody(ledger, during);
    if (i === 0) conditions.push(...chronic.map((illness) => treat(ledger, during, illness, 'active')));
    else if (own.chance(0.35)) conditions.push(treat(ledger, during, own.pick(ACUTE), 'resolved'));
    if (chronic.length > 0 || own.chance(0.3)) laboratory(ledger, during, staff, places);
    if (own.chance(0.4)) vaccinate(ledger, during);
  }
  if (random.chance(busy ? 1 : 0.3)) visits.push(...emergency(ledger, patient, places, staff, conditions));
  const first = visits[0];
  if (first !== undefined && random.chance(0.3)) allergy(ledger, first);
  return { visits, conditions };
}

function treat(ledger: Ledger, during: Visit, illness: (typeof CHRONIC)[number], status: 'active' | 'resolved'): Reference {
  const condition = diagnose(ledger, during, [illness.condition], status);
  prescribe(ledger, during, { drug: illness.drug, dose: illness.dose, reason: condition });
  return condition;
}

function measureBody(ledger: Ledger, during: Visit): void {
  const share = during.patient.minor ? Math.max(0.08, during.patient.age / (18 * 365)) : 1;
  observe(ledger, during, { ...WEIGHT, middle: WEIGHT.middle * share, spread: WEIGHT.spread * share }, 'vital-signs');
  if (during.patient.minor) observe(ledger, during, { ...HEIGHT, middle: 50 + 120 * share, spread: 6 }, 'vital-signs');
}

/** Ordered, drawn, measured, reported: the chain of resources that one blood test leaves. */
function laboratory(ledger: Ledger, during: Visit, staff: Staff, places: Places): void {
  const { patient, random, label } = during;
  const when = ledger.instant(during.daysAgo, during.minute + 15);
  const about = { subject: patient.reference, encounter: during.encounter };
  const order = ledger.add(
    random,
    'ServiceRequest',
    {
      status: 'completed',
      intent: 'order',
      code: concept(CODES.labReport),
      ...about,
      authoredOn: when,
      requester: during.by,
      performer: [places.laboratory],
    },
    { label },
  );
  const specimen = ledger.add(
    random,
    'Specimen',
    {
      status: 'available',
      type: concept(CODES.venousBlood),
      subject: patient.reference,
      receivedTime: when,
      request: [order],
      collection: { collector: staff.nurse, collectedDateTime: when },
    },
    { label },
  );
  const drawn = LABS.filter(() => random.chance(0.6));
  const measures = random.chance(0.3) ? [...drawn, HBA1C] : drawn.length > 0 ? drawn : LABS.slice(0, 1);
  const result = measures.map((measure) =>
    observe(ledger, during, measure, 'laboratory', {
      specimen,
      referenceRange: [
        {
          low: { value: decimal(measure.middle - measure.spread / 2, measure.digits), unit: measure.unit },
          high: { value: decimal(measure.middle + measure.spread / 2, measure.digits), unit: measure.unit },
        },
      ],
    }),
  );
  ledger.add(
    random,
    'DiagnosticReport',
    {
      text: narrative(`Blood panel with ${result.length} results.`),
      basedOn: [order],
      status: 'final',
      category: [hl7('v2-0074', 'LAB')],
      code: concept(CODES.labReport),
      ...about,
      effectiveDateTime: when,
      issued: when,
      performer: [staff.laboratoryPhysician],
      specimen: [specimen],
      result,
    },
    { label },
  );
}

function vaccinate(ledger: Ledger, during: Visit): void {
  ledger.add(
    during.random,
    'Immunization',
    {
      status: 'completed',
      vaccineCode: concept(during.random.pick(VACCINES)),
      patient: during.patient.reference,
      encounter: during.encounter,
      occurrenceDateTime: ledger.instant(during.daysAgo, during.minute + 12),
      primarySource: true,
      performer: [{ actor: during.by }],
    },
    { label: during.label },
  );
}

function allergy(ledger: Ledger, during: Visit): void {
  const { to, category, reaction } = during.random.pick(ALLERGIES);
  ledger.add(
    during.random,
    'AllergyIntolerance',
    {
      clinicalStatus: hl7('allergyintolerance-clinical', 'active'),
      verificationStatus: hl7('allergyintolerance-verification', 'confirmed'),
      category: [category],
      criticality: during.random.pick(['low', 'high']),
      code: concept(to),
      patient: during.patient.reference,
      recordedDate: ledger.date(during.daysAgo),
      recorder: during.by,
      reaction: [{ manifestation: [concept(reaction)] }],
    },
    { label: during.label },
  );
}

/** The emergency physician meets patients here and nowhere else; who is admitted then gets a bed and a drip. */
function emergency(ledger: Ledger, patient: Patient, places: Places, staff: Staff, conditions: Reference[]): readonly Visit[] {
  const random = patient.random.fork('emergency');
  const { condition, procedure, admitted } = random.pick(EMERGENCIES);
  const daysAgo = random.integer(0, Math.min(patient.age - 1, 700));
  const arrival = visit(ledger, patient, random, {
    kind: 'emergency',
    daysAgo,
    by: staff.emergencyPhysician,
    at: places.emergencyRoom,
    organization: places.emergency,
    reason: condition,
  });
  for (const measure of VITALS) observe(ledger, arrival, measure, 'vital-signs');
  const diagnosis = diagnose(ledger, arrival, [condition], 'resolved');
  conditions.push(diagnosis);
  if (!admitted) {
    perform(ledger, arrival, procedure, diagnosis);
    return [arrival];
  }
  const stay = visit(ledger, patient, random, {
    kind: 'inpatient',
    daysAgo,
    by: staff.wardPhysician,
    nurse: staff.wardNurse,
    at: places.ward,
    organization: places.medicine,
    reason: condition,
  });
  perform(ledger, stay, procedure, diagnosis);
  const request = prescribe(ledger, stay, {
    drug: { system: 'http://www.whocc.no/atc', code: 'J01CA04', display: 'Amoxicillin' },
    dose: '1 g every eight hours',
    reason: diagnosis,
  });
  for (let dose = 0; dose < 3; dose++) {
    ledger.add(
      random,
      'MedicationAdministration',
      {
        status: 'completed',
        medicationCodeableConcept: { text: 'Amoxicillin' },
        subject: patient.reference,
        context: stay.encounter,
        effectiveDateTime: ledger.instant(daysAgo, stay.minute + dose * 480),
        performer: [{ actor: staff.wardNurse }],
        request,
        dosage: { text: '1 g', dose: { value: decimal(1, 2), unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' } },
      },
      { label: stay.label },
    );
  }
  laboratory(ledger, stay, staff, places);
  return [arrival, stay];
}

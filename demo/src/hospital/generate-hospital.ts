/**
 * The synthetic hospital: Alder Vale, its practice, laboratory and insurer, those who work there and those who are cared for.
 * Everything follows from a seed and a moment; nobody in it is real. It writes plain FHIR R4 as values and touches neither
 * network nor disk nor clock; it must never be mistaken for a test of clinical truth.
 */
import { consent } from './consents.ts';
import { documents } from './documents.ts';
import { idOf, Ledger, type Reference } from './ledger.ts';
import { paperwork } from './paperwork.ts';
import { places } from './places.ts';
import { type Patient, population } from './population.ts';
import { Random } from './random.ts';
import type { FhirResource } from './resource.ts';
import { routine } from './routine.ts';
import { type StoryName, sensitive } from './sensitive.ts';
import { staff } from './staff.ts';
import { CODES, concept } from './terminology.ts';

export interface HospitalOptions {
  readonly seed: string;
  /** "Today" in the hospital; all dates are counted from it. */
  readonly now: Date;
  /** 72 unless told; at least 12, so that every kind of patient is there. */
  readonly patients?: number;
}

/** One person of the cast: `fhirUser` is a relative reference such as `Practitioner/<id>`. */
export interface CastMember {
  readonly fhirUser: string;
  readonly display: string;
}

/** Who plays which persona, and those patients by whom a demonstration is told. */
export interface HospitalCast {
  readonly 'family-physician': CastMember;
  readonly nurse: CastMember;
  readonly 'emergency-physician': CastMember;
  readonly 'billing-clerk': CastMember;
  readonly researcher: CastMember;
  readonly 'privacy-officer': CastMember;
  readonly 'security-administrator': CastMember;
  readonly 'patient-1': CastMember;
  readonly 'patient-2': CastMember;
  /** A RelatedPerson, mother of `child`. */
  readonly parent: CastMember;
  readonly child: CastMember;
  readonly newborn: CastMember;
  readonly vip: CastMember;
  /** The patient whose consent denies everybody. */
  readonly optedOut: CastMember;
}

/** Deterministic for seed, moment and count; in an order in which references point backwards, but for DocumentReference ⇄ Binary. */
export function generateHospital(options: HospitalOptions): readonly FhirResource[] {
  return build(options).resources;
}

/** The ids that personas and examples need, of the very hospital that generateHospital makes from the same options. */
export function describeHospital(options: HospitalOptions): HospitalCast {
  return build(options).cast;
}

/** Every patient may have one; patient-1 and patient-2 have theirs for certain, so that the examples have something to show. */
const stories: readonly StoryName[] = [
  'alcohol',
  'opioid',
  'depression',
  'trauma',
  'hiv',
  'infection',
  'pregnancy',
  'termination',
  'violence',
];

function build({ seed, now, patients: count = 72 }: HospitalOptions): {
  readonly resources: readonly FhirResource[];
  readonly cast: HospitalCast;
} {
  if (count < 12) throw new RangeError('a hospital needs at least 12 patients');
  const random = new Random(seed);
  const ledger = new Ledger(now);
  const where = places(ledger, random.fork('places'));
  const who = staff(ledger, random.fork('staff'), where);
  const patients = population(ledger, random.fork('population'), where, who, count);
  const vip = find(patients, (patient) => patient.label !== undefined);
  const ordinary = patients.filter((patient) => !patient.minor && patient !== vip && patient.physician === who.familyPhysician);
  const [first, second, optedOut, treating, research] = ordinary;
  if (!first || !second || !optedOut || !treating || !research) throw new RangeError('too few patients for the cast');
  const child = find(patients, (patient) => patient.minor && patient.age > 365 && patient.parents.length > 0);
  const newborn = find(patients, (patient) => patient.age < 30);

  const wishes = new Map([
    [optedOut, 'nobody'],
    [treating, 'everyone-treating'],
    [research, 'not-for-research'],
  ] as const);
  for (const [index, patient] of patients.entries()) {
    const record = routine(ledger, patient, where, who, patient === first || patient === second);
    paperwork(ledger, patient, where, who, record);
    documents(ledger, patient, where, who, record);
    const own = stories[index % stories.length];
    if (own !== undefined && patient.random.fork('story').chance(0.6)) sensitive(ledger, patient, where, who, own);
    const wish = wishes.get(patient);
    if (wish !== undefined) consent(ledger, patient, where, wish);
  }
  for (const story of ['alcohol', 'hiv', 'depression', 'violence'] as const) {
    for (const patient of [first, second])
      sensitive(ledger, { ...patient, random: patient.random.fork('own') }, where, who, story);
  }
  cohort(ledger, random.fork('cohort'), patients, who.researcher, where.hospital);

  const member = (reference: Reference): CastMember => ({
    fhirUser: reference.reference,
    display: reference.display ?? idOf(reference),
  });
  const mother = child.parents[0];
  if (mother === undefined) throw new RangeError('a child without parents');
  return {
    resources: Object.freeze([...ledger.resources]),
    cast: {
      'family-physician': member(who.familyPhysician),
      nurse: member(who.nurse),
      'emergency-physician': member(who.emergencyPhysician),
      'billing-clerk': member(who.billingClerk),
      researcher: member(who.researcher),
      'privacy-officer': member(who.privacyOfficer),
      'security-administrator': member(who.securityAdministrator),
      'patient-1': member(first.reference),
      'patient-2': member(second.reference),
      parent: member(mother),
      child: member(child.reference),
      newborn: member(newborn.reference),
      vip: member(vip.reference),
      optedOut: member(optedOut.reference),
    },
  };
}

/** A study group and the hospital's shared devices: business resources by which patients can still be found. */
function cohort(
  ledger: Ledger,
  random: Random,
  patients: readonly Patient[],
  researcher: Reference,
  hospital: Reference,
): void {
  const member = patients
    .filter((patient) => !patient.minor && patient.label === undefined && random.chance(0.3))
    .map(({ reference }) => ({ entity: reference }));
  ledger.add(random, 'Group', {
    type: 'person',
    actual: true,
    name: 'Blood pressure study',
    quantity: member.length,
    managingEntity: researcher,
    member,
  });
  for (let i = 0; i < 3; i++)
    ledger.add(random, 'Device', {
      status: 'active',
      type: concept(CODES.glucoseMeter),
      owner: hospital,
      serialNumber: `GM-${random.integer(1000, 9999)}`,
    });
}

function find(patients: readonly Patient[], test: (patient: Patient) => boolean): Patient {
  const found = patients.find(test);
  if (found === undefined) throw new RangeError('this hospital lacks a patient that the cast needs; ask for more patients');
  return found;
}

// Those who work there. Each has one role, in one organization; only some ever meet a patient.
import type { Ledger, Reference } from './ledger.ts';
import { CULTURES } from './names.ts';
import type { Places } from './places.ts';
import type { Random } from './random.ts';
import { hl7 } from './terminology.ts';

export interface Staff {
  readonly familyPhysician: Reference;
  readonly otherFamilyPhysician: Reference;
  readonly nurse: Reference;
  readonly wardNurse: Reference;
  readonly emergencyPhysician: Reference;
  readonly wardPhysician: Reference;
  readonly psychiatrist: Reference;
  readonly laboratoryPhysician: Reference;
  readonly billingClerk: Reference;
  readonly researcher: Reference;
  readonly privacyOfficer: Reference;
  readonly securityAdministrator: Reference;
}

export function staff(ledger: Ledger, random: Random, places: Places): Staff {
  let number = 0;
  const join = (prefix: string | undefined, code: string, organization: Reference, specialty?: string): Reference => {
    const culture = random.pick(CULTURES);
    const woman = random.chance(0.5);
    const given = random.pick(woman ? culture.women : culture.men);
    const family = random.pick(culture.families);
    const display = [prefix, given, family].filter((part) => part !== undefined).join(' ');
    number += 1;
    const person = ledger.add(
      random,
      'Practitioner',
      {
        identifier: [{ system: 'https://aldervale.example/staff', value: `S${String(10_000 + number * 37)}` }],
        active: true,
        name: [{ use: 'official', family, given: [given], ...(prefix === undefined ? {} : { prefix: [prefix] }) }],
        telecom: [{ system: 'email', value: `staff${10_000 + number * 37}@aldervale.example`, use: 'work' }],
        gender: woman ? 'female' : 'male',
      },
      { display },
    );
    const role = ledger.add(random, 'PractitionerRole', {
      active: true,
      practitioner: person,
      organization,
      code: [hl7('practitioner-role', code)],
      ...(specialty === undefined ? {} : { specialty: [{ text: specialty }] }),
    });
    if (code === 'doctor') openHours(ledger, random, person, role, number);
    return person;
  };
  return {
    familyPhysician: join('Dr', 'doctor', places.practice, 'General practice'),
    otherFamilyPhysician: join('Dr', 'doctor', places.practice, 'General practice'),
    nurse: join(undefined, 'nurse', places.practice, 'Practice nursing'),
    wardNurse: join(undefined, 'nurse', places.medicine, 'Ward nursing'),
    emergencyPhysician: join('Dr', 'doctor', places.emergency, 'Emergency medicine'),
    wardPhysician: join('Dr', 'doctor', places.medicine, 'Internal medicine'),
    psychiatrist: join('Dr', 'doctor', places.psychiatry, 'Psychiatry'),
    laboratoryPhysician: join('Dr', 'doctor', places.laboratory, 'Laboratory medicine'),
    billingClerk: join(undefined, 'ict', places.hospital, 'Billing'),
    researcher: join('Prof.', 'researcher', places.hospital, 'Clinical research'),
    privacyOfficer: join(undefined, 'ict', places.hospital, 'Privacy office'),
    securityAdministrator: join(undefined, 'ict', places.hospital, 'Information security'),
  };
}

function openHours(ledger: Ledger, random: Random, person: Reference, role: Reference, offset: number): void {
  const schedule = ledger.add(random, 'Schedule', {
    active: true,
    actor: [person, role],
    planningHorizon: { start: ledger.instant(-1, 480), end: ledger.instant(-30, 1020) },
  });
  for (let slot = 0; slot < 4; slot++) {
    const day = -1 - ((slot * 3 + offset) % 14);
    ledger.add(random, 'Slot', {
      schedule,
      status: slot === 1 ? 'busy' : 'free',
      start: ledger.instant(day, 540 + slot * 30),
      end: ledger.instant(day, 560 + slot * 30),
    });
  }
}

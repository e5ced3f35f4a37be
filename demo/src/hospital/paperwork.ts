// Money and appointments: what the billing office and the front desk need, and therefore may see.
import type { Ledger, Reference } from './ledger.ts';
import type { Places } from './places.ts';
import type { Patient } from './population.ts';
import { decimal } from './resource.ts';
import type { Record } from './routine.ts';
import type { Staff } from './staff.ts';
import { hl7 } from './terminology.ts';

const money = (value: number) => ({ value: decimal(value, 2), currency: 'GBP' });

export function paperwork(ledger: Ledger, patient: Patient, places: Places, staff: Staff, record: Record): void {
  const random = patient.random.fork('paperwork');
  const { label, reference } = patient;
  const coverage = ledger.add(
    random,
    'Coverage',
    {
      status: 'active',
      subscriberId: `HM-${random.integer(100_000, 999_999)}`,
      beneficiary: reference,
      relationship: hl7('subscriber-relationship', patient.minor ? 'child' : 'self'),
      period: { start: ledger.date(Math.min(1200, patient.age)) },
      payor: [places.insurer],
    },
    { label },
  );
  ledger.add(
    random,
    'Account',
    {
      status: 'active',
      name: `Account of ${patient.name}`,
      subject: [reference],
      coverage: [{ coverage, priority: 1 }],
      owner: places.hospital,
    },
    { label },
  );
  for (const { encounter, daysAgo } of record.visits.filter(() => random.chance(0.8))) bill(encounter, daysAgo);
  const days = -random.integer(2, 90);
  ledger.add(
    random,
    'Appointment',
    {
      status: 'booked',
      description: 'Review',
      start: ledger.instant(days, 600),
      end: ledger.instant(days, 620),
      participant: [
        { actor: reference, status: 'accepted' },
        { actor: patient.physician, status: 'accepted' },
      ],
    },
    { label },
  );
  if (random.chance(0.5)) {
    ledger.add(
      random,
      'Task',
      {
        status: 'requested',
        intent: 'order',
        description: 'Call about results',
        for: reference,
        authoredOn: ledger.instant(3, 540),
        requester: patient.physician,
        owner: staff.nurse,
      },
      { label },
    );
  }

  function bill(encounter: Reference, daysAgo: number): void {
    const price = money(random.around(140, 95));
    const created = ledger.instant(daysAgo - 2, 720);
    const shared = {
      status: 'active',
      type: hl7('claim-type', 'professional'),
      use: 'claim',
      patient: reference,
      created,
      provider: places.practice,
      insurance: [{ sequence: 1, focal: true, coverage }],
    };
    const item = [{ sequence: 1, productOrService: { text: 'Consultation' }, encounter: [encounter], net: price }];
    const claim = ledger.add(
      random,
      'Claim',
      {
        ...shared,
        enterer: staff.billingClerk,
        insurer: places.insurer,
        priority: hl7('processpriority', 'normal'),
        item,
        total: price,
      },
      { label },
    );
    if (random.chance(0.7)) {
      const benefit = {
        ...shared,
        insurance: [{ focal: true, coverage }],
        insurer: places.insurer,
        claim,
        outcome: 'complete',
      };
      ledger.add(
        random,
        'ExplanationOfBenefit',
        { ...benefit, total: [{ category: hl7('adjudication', 'submitted'), amount: price }] },
        { label },
      );
    }
  }
}

// Care around the visits, and papers: care team, plan and goal, notes with their bytes, lists, questionnaires, provenance.
import { type Ledger, narrative, type Reference } from './ledger.ts';
import { note } from './note.ts';
import type { Places } from './places.ts';
import type { Patient } from './population.ts';
import { decimal } from './resource.ts';
import type { Record } from './routine.ts';
import type { Staff } from './staff.ts';
import { CODES, concept, hl7 } from './terminology.ts';

export function documents(ledger: Ledger, patient: Patient, places: Places, staff: Staff, record: Record): void {
  const random = patient.random.fork('documents');
  const { label, reference: subject } = patient;
  const add = (type: string, body: object, display?: string): Reference =>
    ledger.add(random, type, { ...body }, { label, ...(display === undefined ? {} : { display }) });

  const careTeam = add('CareTeam', {
    status: 'active',
    name: `Care team of ${patient.name}`,
    subject,
    participant: [
      { member: patient.physician },
      { member: staff.nurse, onBehalfOf: places.practice },
      ...patient.parents.map((member) => ({ member })),
    ],
    managingOrganization: [places.practice],
  });
  if (record.conditions.length > 0) {
    const goal = add('Goal', {
      lifecycleStatus: 'active',
      description: { text: 'Walk for half an hour each day' },
      subject,
      startDate: ledger.date(90),
    });
    add('CarePlan', {
      text: narrative(`Plan for ${patient.name}: move more, review in spring.`),
      status: 'active',
      intent: 'plan',
      subject,
      period: { start: ledger.date(90) },
      author: patient.physician,
      careTeam: [careTeam],
      addresses: record.conditions.slice(0, 3),
      goal: [goal],
    });
    add('List', {
      status: 'current',
      mode: 'working',
      title: 'Problem list',
      code: concept(CODES.problemList),
      subject,
      date: ledger.instant(20, 600),
      source: patient.physician,
      entry: record.conditions.map((item) => ({ item })),
    });
  }
  for (const during of record.visits.slice(0, 3)) {
    note(ledger, during, places, 'Findings explained; to return if worse.');
    if (!random.chance(0.25)) continue;
    add('Composition', {
      status: 'final',
      type: concept(CODES.dischargeSummary),
      subject,
      encounter: during.encounter,
      date: ledger.instant(during.daysAgo, 930),
      author: [during.by],
      title: 'Summary',
      section: [
        record.conditions.length === 0
          ? { title: 'Problems', text: narrative('None known.') }
          : { title: 'Problems', text: narrative('See the list.'), entry: record.conditions.slice(0, 4) },
      ],
    });
  }
  if (random.chance(0.6)) {
    add('QuestionnaireResponse', {
      questionnaire: places.intakeQuestionnaire,
      status: 'completed',
      subject,
      authored: ledger.instant(30, 560),
      source: patient.parents[0] ?? subject,
      item: [
        { linkId: 'smoking', answer: [{ valueBoolean: random.chance(0.2) }] },
        { linkId: 'units', answer: [{ valueDecimal: decimal(random.around(6, 6), 1) }] },
      ],
    });
  }
  if (random.chance(0.4)) {
    const condition = [{ code: concept(CODES.diabetesInFamily) }];
    add('FamilyMemberHistory', {
      status: 'completed',
      patient: subject,
      date: ledger.date(60),
      relationship: { coding: [CODES.mother] },
      condition,
    });
  }
  if (patient.age > 62 * 365) {
    add('Flag', {
      status: 'active',
      category: [hl7('flag-category', 'safety')],
      code: concept(CODES.fallsRisk),
      subject,
      author: staff.nurse,
    });
    add('Device', {
      status: 'active',
      type: concept(CODES.pacemaker),
      patient: subject,
      serialNumber: `PM-${random.integer(10_000, 99_999)}`,
      owner: places.hospital,
    });
  }
}

// What people would least like the wrong reader to see: substance use, mental health, HIV, reproductive health, violence. Each
// record carries its label, and so does the visit at which it came up.
import type { Label } from './labels.ts';
import { type Ledger, narrative } from './ledger.ts';
import { note } from './note.ts';
import type { Places } from './places.ts';
import type { Patient } from './population.ts';
import type { Staff } from './staff.ts';
import { CD4, CODES, type Coded, concept, ETHANOL, HIV_LOAD, type Measure, PHQ9, SENSITIVE } from './terminology.ts';
import { diagnose, observe, perform, prescribe, visit } from './visit.ts';

interface Story {
  readonly label: Label;
  readonly conditions: readonly Coded[];
  readonly drug?: Coded;
  readonly dose?: string;
  readonly measures: readonly { readonly measure: Measure; readonly category: 'laboratory' | 'survey' }[];
  readonly procedure?: Coded;
  readonly psychiatric: boolean;
  readonly tells: (patient: Patient) => boolean;
}

const adult = (patient: Patient) => !patient.minor;
const woman = (patient: Patient) => !patient.minor && patient.woman && patient.age < 50 * 365;
const lab = (measure: Measure) => ({ measure, category: 'laboratory' as const });

export const STORIES = {
  alcohol: {
    label: { confidentiality: 'R', sensitivities: ['ETH', 'ETHUD', 'SUD'] },
    conditions: [SENSITIVE.alcohol],
    drug: SENSITIVE.naltrexone,
    dose: '50 mg once daily',
    measures: [lab(ETHANOL)],
    psychiatric: true,
    tells: adult,
  },
  opioid: {
    label: { confidentiality: 'R', sensitivities: ['ETH', 'OPIOIDUD', 'SUD'] },
    conditions: [SENSITIVE.opioid],
    drug: SENSITIVE.methadone,
    dose: '40 mg once daily, witnessed',
    measures: [],
    psychiatric: true,
    tells: adult,
  },
  depression: {
    label: { confidentiality: 'R', sensitivities: ['MH', 'PSY'] },
    conditions: [SENSITIVE.depression],
    drug: SENSITIVE.sertraline,
    dose: '50 mg once daily',
    measures: [{ measure: PHQ9, category: 'survey' }],
    procedure: SENSITIVE.psychotherapy,
    psychiatric: true,
    tells: (patient) => patient.age > 12 * 365,
  },
  trauma: {
    label: { confidentiality: 'R', sensitivities: ['MH', 'PSYTHPN'] },
    conditions: [SENSITIVE.trauma],
    measures: [{ measure: PHQ9, category: 'survey' }],
    procedure: SENSITIVE.psychotherapy,
    psychiatric: true,
    tells: adult,
  },
  hiv: {
    label: { confidentiality: 'R', sensitivities: ['HIV'] },
    conditions: [SENSITIVE.hiv],
    drug: SENSITIVE.antiretroviral,
    dose: 'one tablet daily',
    measures: [lab(HIV_LOAD), lab(CD4)],
    psychiatric: false,
    tells: adult,
  },
  infection: {
    label: { confidentiality: 'R', sensitivities: ['STD', 'SEX'] },
    conditions: [SENSITIVE.chlamydia],
    drug: SENSITIVE.doxycycline,
    dose: '100 mg twice daily',
    measures: [],
    psychiatric: false,
    tells: adult,
  },
  pregnancy: {
    label: { confidentiality: 'R', sensitivities: ['PREGNANT', 'SEX'] },
    conditions: [SENSITIVE.pregnancy],
    measures: [],
    psychiatric: false,
    tells: woman,
  },
  termination: {
    label: { confidentiality: 'R', sensitivities: ['PREGNANT', 'SEX'] },
    conditions: [SENSITIVE.pregnancy],
    measures: [],
    procedure: SENSITIVE.termination,
    psychiatric: false,
    tells: woman,
  },
  violence: {
    label: { confidentiality: 'V', sensitivities: ['SDV', 'VIO'] },
    conditions: [SENSITIVE.partnerAbuse, SENSITIVE.physicalAbuse],
    measures: [],
    psychiatric: false,
    tells: adult,
  },
} as const satisfies Record<string, Story>;

export type StoryName = keyof typeof STORIES;

/** Writes one story into a patient's record, if it can be theirs: two visits, diagnosis, treatment, results, and a note. */
export function sensitive(ledger: Ledger, patient: Patient, places: Places, staff: Staff, name: StoryName): void {
  const story: Story = STORIES[name];
  if (!story.tells(patient)) return;
  const random = patient.random.fork(name);
  const by = story.psychiatric ? staff.psychiatrist : patient.physician;
  const organization = story.psychiatric ? places.psychiatry : places.practice;
  const latest = random.integer(10, Math.min(600, patient.age - 40));
  for (const daysAgo of [latest + 28, latest]) {
    const during = visit(ledger, patient, random, {
      kind: 'ambulatory',
      daysAgo,
      by,
      at: places.consultingRoom,
      organization,
      reason: story.conditions[0] ?? CODES.referral,
      label: story.label,
    });
    for (const { measure, category } of story.measures) observe(ledger, during, measure, category);
    if (daysAgo === latest) continue;
    const condition = diagnose(ledger, during, story.conditions, 'active');
    if (story.drug !== undefined) {
      const stocked = places.formulary.find((medication) => medication.display === story.drug?.display);
      prescribe(ledger, during, { drug: stocked ?? story.drug, dose: story.dose ?? '', reason: condition });
    }
    if (story.procedure !== undefined) perform(ledger, during, story.procedure, condition);
    note(ledger, during, places, `Seen for: ${story.conditions[0]?.display ?? 'consultation'}.`);
    ledger.add(
      random,
      'ClinicalImpression',
      {
        text: narrative(`Seen for: ${story.conditions[0]?.display ?? 'consultation'}.`),
        status: 'completed',
        code: concept(CODES.consultNote),
        subject: patient.reference,
        encounter: during.encounter,
        date: ledger.instant(daysAgo, during.minute + 30),
        assessor: by,
        problem: [condition],
      },
      { label: during.label },
    );
  }
}

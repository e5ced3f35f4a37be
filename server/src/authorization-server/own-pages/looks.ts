/** Audit records as lines that a patient reads: all that was looked at under one broken glass is one line, with what was said for it and what became of it. */
import { type AuditRecord, isDisclosure } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { type BrokenGlass, glassesById } from '../../storage/break-glass.ts';
import { type LookQuestion, questionsAbout } from '../../storage/questions.ts';
import type { Database } from '../../storage/schema.ts';
import type { KnownPerson } from '../audit-drafts.ts';
import type { Language } from '../pages/language.ts';
import { recordParts } from '../pages/record-parts.ts';
import type { AskedQuestion, Look, LookedInEmergency } from '../pages/who-looked.ts';

const MINUTE_MS = 60_000;

export interface LooksFor {
  readonly db: Kysely<Database>;
  readonly person: KnownPerson;
  readonly language: Language;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A line for each, also of those under one broken glass. */
  readonly each?: true;
}

export interface LookRow {
  readonly record_id: string;
  readonly recorded: Date;
  readonly record: unknown;
}

/** Newest first, as they come. */
export async function looksOf(rows: readonly LookRow[], use: LooksFor): Promise<readonly Look[]> {
  const groups = [...Map.groupBy(rows, use.each === true ? ({ record_id }) => record_id : groupOf).values()];
  const [questions, glasses] = await Promise.all([
    questionsAbout(
      use.db,
      use.person.id,
      rows.map(({ record_id }) => record_id),
    ),
    glassesById(use.db, [...new Set(rows.flatMap((row) => overrideOf(row) ?? []))]),
  ]);
  return groups.map((group) => lookOf(group, questions, glasses, use)).toSorted((one, other) => other.at - one.at);
}

function lookOf(
  group: readonly LookRow[],
  questions: readonly LookQuestion[],
  glasses: readonly BrokenGlass[],
  { person, language, now }: LooksFor,
): Look {
  const newest = group[0]!;
  const first = group.at(-1)!;
  const record = recordOf(newest);
  const { caller } = record;
  const { looked, purposes } = language.texts;
  const user = caller?.user;
  const codes = (caller?.purposes ?? []).map(({ code }) => code);
  const words = purposes as Readonly<Record<string, string>>;
  const glass = glasses.find(({ id }) => id === overrideOf(newest));
  const question = questions.find(({ record_id }) => group.some((row) => row.record_id === record_id));
  const isEmergency = codes.includes('BTG');
  return {
    at: first.recorded.getTime(),
    entry: `${newest.recorded.getTime()}.${newest.record_id}`,
    who: user === undefined ? (caller?.client?.name ?? looked.somebody) : user.id === person.id ? looked.you : user.name,
    through: user === undefined ? undefined : caller?.client?.name,
    why:
      codes.length === 0
        ? looked.noReason
        : codes.map((code) => (code === 'BTG' ? looked.emergency : (words[code] ?? code))).join(', '),
    what: whatOf(group, language),
    isDisclosure: isDisclosure(record),
    isOwn: user?.id === person.id,
    emergency: isEmergency ? emergencyOf(glass, now) : undefined,
    question: question === undefined ? undefined : askedOf(question),
  };
}

/** Parts of the record, what was changed apart from what was looked at. */
function whatOf(group: readonly LookRow[], { texts: { looked, parts } }: Language): string {
  const names = (changes: boolean) => [
    ...new Set(
      group
        .map(recordOf)
        .filter(({ action }) => isChange(action) === changes)
        .map(({ type }) => {
          const part = recordParts.find(({ types }) => type !== undefined && types.includes(type));
          return part === undefined ? looked.several : parts[part.key].label;
        }),
    ),
  ];
  const [saw, changed] = [names(false).join(', '), names(true).join(', ')];
  return [...(saw === '' ? [] : [looked.saw(saw)]), ...(changed === '' ? [] : [looked.changed(changed)])].join('. ');
}

function isChange(action: string): boolean {
  return ['create', 'update', 'patch', 'delete'].some((one) => action.includes(one));
}

/** A glass that is no longer known was closed long ago. */
function emergencyOf(glass: BrokenGlass | undefined, now: number): LookedInEmergency {
  if (glass === undefined) return { reasonCode: '', minutes: 1, state: 'reviewed' };
  const isOpen = glass.ended_at === null && glass.expires_at.getTime() > now;
  const end = isOpen ? now : (glass.ended_at ?? glass.expires_at).getTime();
  const isReviewed = glass.outcome === 'justified' || glass.outcome === 'not-justified';
  return {
    reasonCode: glass.reason_code,
    minutes: Math.max(1, Math.ceil((end - glass.opened_at.getTime()) / MINUTE_MS)),
    state: isOpen ? 'open' : isReviewed ? 'reviewed' : 'waiting',
  };
}

function askedOf({ asked_at, answer, answered_at }: LookQuestion): AskedQuestion {
  return {
    askedAt: asked_at.getTime(),
    answer: answered_at === null ? undefined : { text: answer ?? '', at: answered_at.getTime() },
  };
}

function recordOf({ record }: LookRow): AuditRecord {
  return record as AuditRecord;
}

/** Number of the broken glass under which it was. */
export function overrideOf(row: LookRow): string | undefined {
  return recordOf(row).caller?.override;
}

function groupOf(row: LookRow): string {
  return overrideOf(row) ?? row.record_id;
}

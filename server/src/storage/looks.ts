/** Who was let see a patient's record: the trail's rows about them, newest first, without those in which they are no more than the one who asked. */
import { type Kysely, sql } from 'kysely';
import { type AuditPlace, auditRecordsIn } from './audit-records.ts';
import type { Database } from './schema.ts';

/** Who: everybody, people, apps by themselves, or one of them. */
export type LooksBy = 'everyone' | 'people' | 'apps' | { readonly person: string } | { readonly app: string };

export interface LooksAsked {
  /** Id. */
  readonly patient: string;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly after?: AuditPlace | undefined;
  readonly by?: LooksBy | undefined;
  /** Codes of purposes, of which one is enough; `none`: also those that named none. */
  readonly why?: { readonly codes: readonly string[]; readonly none: boolean } | undefined;
  /** Only what changed something, or only what did not. */
  readonly changes?: boolean | undefined;
  /** One record. */
  readonly recordId?: string | undefined;
  readonly limit: number;
}

const purposes = sql`coalesce(record #> '{caller,purposes}', '[]'::jsonb)`;
const changing = sql<boolean>`action ~ '(create|update|patch|delete)'`;

export async function looksAt(db: Kysely<Database>, { limit, by = 'everyone', why, changes, recordId, ...range }: LooksAsked) {
  let query = auditRecordsIn(db, range)
    .selectAll('audit_record')
    .where('kind', '=', 'request')
    .where('outcome', '=', 'permit')
    .where(sql<boolean>`audit_patient.place >= 0`);
  if (by === 'people') query = query.where('person_id', 'is not', null);
  else if (by === 'apps') query = query.where('person_id', 'is', null);
  else if (by !== 'everyone' && 'person' in by) query = query.where('person_id', '=', by.person);
  else if (by !== 'everyone') query = query.where('person_id', 'is', null).where('client_id', '=', by.app);
  if (why !== undefined) {
    const { codes, none } = why;
    const one = sql<boolean>`EXISTS (SELECT FROM jsonb_array_elements(${purposes}) AS purpose WHERE purpose ->> 'code' = ANY(${codes}::text[]))`;
    query = query.where(none ? sql<boolean>`(${purposes} = '[]'::jsonb OR ${one})` : one);
  }
  if (changes !== undefined) query = query.where(changes ? changing : sql<boolean>`NOT ${changing}`);
  if (recordId !== undefined) query = query.where('audit_record.record_id', '=', recordId);
  const rows = await query.limit(limit + 1).execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > limit && last !== undefined ? { recorded: last.recorded, recordId: last.record_id } : undefined,
  };
}

export interface Looker {
  readonly person: string | null;
  /** Of an app that came by itself. */
  readonly app: string | null;
  readonly name: string | null;
  readonly looks: number;
  /** Broken glasses under which it looked. */
  readonly emergencies: readonly string[];
}

/** Who looked in a time, and how often; at most 200, the most frequent first. */
export async function lookersAt(db: Kysely<Database>, patient: string, from: Date | undefined): Promise<readonly Looker[]> {
  const { rows } = await sql<Looker>`SELECT person_id AS person, CASE WHEN person_id IS NULL THEN client_id END AS app,
      max(coalesce(record #>> '{caller,user,name}', record #>> '{caller,client,name}')) AS name, count(*)::int AS looks,
      coalesce(array_agg(DISTINCT record #>> '{caller,override}') FILTER (WHERE record #>> '{caller,override}' IS NOT NULL), '{}') AS emergencies
    FROM audit_patient JOIN audit_record USING (record_id, recorded)
    WHERE patient = ${patient} AND place >= 0 AND kind = 'request' AND outcome = 'permit'
      AND ${from === undefined ? sql`true` : sql`audit_patient.recorded >= ${from} AND audit_record.recorded >= ${from}`}
    GROUP BY 1, 2 ORDER BY looks DESC, name LIMIT 200`.execute(db);
  return rows;
}

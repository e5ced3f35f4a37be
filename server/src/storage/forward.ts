/** How far each target has come on each node's chain. */
import { type Kysely, sql } from 'kysely';
import type { AuditRecordRow } from './audit-records.ts';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

/** The last sequence that the target has; for one that is new, the end of what is there, or 0 where it wants all. */
export async function forwardPlace(db: Db, target: string, chain: string, fromBeginning: boolean): Promise<string> {
  const read = async () =>
    (
      await sql<{
        sequence: string;
      }>`SELECT sequence FROM forward_position WHERE target = ${target} AND node = ${chain}`.execute(db)
    ).rows[0];
  const known = await read();
  if (known !== undefined) return known.sequence;
  await sql`INSERT INTO forward_position (target, node, sequence) SELECT ${target}, ${chain}, CASE WHEN ${fromBeginning} THEN 0 ELSE
    coalesce((SELECT max(sequence) FROM audit_record WHERE node = ${chain}), 0) END ON CONFLICT DO NOTHING`.execute(db);
  return (await read())!.sequence;
}

export async function recordsBehind(db: Db, chain: string, place: string, limit: number): Promise<readonly AuditRecordRow[]> {
  return db
    .selectFrom('audit_record')
    .selectAll()
    .where('node', '=', chain)
    .where('sequence', '>', place)
    .orderBy('sequence')
    .limit(limit)
    .execute();
}

export async function moveForwardPlace(db: Db, target: string, chain: string, sequence: string): Promise<void> {
  await sql`UPDATE forward_position SET sequence = greatest(sequence, ${sequence}::bigint) WHERE target = ${target} AND node = ${chain}`.execute(
    db,
  );
}

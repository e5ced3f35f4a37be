/** How much waits for the privacy office. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

export interface Waiting {
  readonly review: number;
  readonly alerts: number;
  readonly questions: number;
}

export async function waitingForOffice(db: Kysely<Database>): Promise<Waiting> {
  const { rows } = await sql<Waiting>`SELECT
    (SELECT count(*)::int FROM break_glass WHERE outcome IS NULL) AS review,
    (SELECT count(*)::int FROM alert WHERE closed_at IS NULL) AS alerts,
    (SELECT count(*)::int FROM look_question WHERE answered_at IS NULL) AS questions`.execute(db);
  return rows[0]!;
}

/**
 * Export jobs. A job is worked on by one node at a time, for as long as its claim lasts; every step is one transaction that also moves the job's place, so
 * that a node which is killed loses a step and nothing else. INVARIANT: a node whose claim has lapsed changes nothing.
 */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, ExportJobTable } from './schema.ts';

type Db = Kysely<Database>;
export type ExportJob = Selectable<ExportJobTable>;

export interface NewExportJob {
  readonly id: string;
  readonly base: string;
  readonly clientId: string;
  readonly binding: string;
  readonly caller: object;
  readonly request: ExportJob['request'];
  readonly policies: string;
  readonly transactionTime: Date;
  readonly expiresAt: Date;
}

/** Seconds without a sign of life after which another node takes a job over. */
const CLAIM = 5;

/** False when the client has `most` unfinished ones already. */
export async function insertExportJob(db: Db, job: NewExportJob, most: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`export ${job.clientId}`}))`.execute(trx);
    const { count } = await trx
      .selectFrom('export_job')
      .select((at) => at.fn.countAll<string>().as('count'))
      .where('client_id', '=', job.clientId)
      .where('state', '=', 'running')
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirstOrThrow();
    if (Number(count) >= most) return false;
    const { id, base, binding, policies } = job;
    await trx
      .insertInto('export_job')
      .values({
        id,
        base,
        binding,
        policies,
        client_id: job.clientId,
        caller: JSON.stringify(job.caller),
        request: JSON.stringify(job.request),
        state: 'running',
        transaction_time: job.transactionTime,
        expires_at: job.expiresAt,
      })
      .execute();
    return true;
  });
}

/** Of this base and this binding only: another caller's is as absent. */
export async function exportJobOf(db: Db, id: string, base: string, binding: string): Promise<ExportJob | undefined> {
  return db
    .selectFrom('export_job')
    .selectAll()
    .where('id', '=', id)
    .where('base', '=', base)
    .where('binding', '=', binding)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
}

export async function deleteExportJob(db: Db, id: string): Promise<void> {
  await db.deleteFrom('export_job').where('id', '=', id).execute();
}

export async function deleteExpiredExports(db: Db): Promise<void> {
  await db.deleteFrom('export_job').where('expires_at', '<', sql<Date>`now()`).execute();
}

/** The job that has waited longest and that nobody works on. */
export async function claimExportJob(db: Db, base: string, runner: string): Promise<ExportJob | undefined> {
  const next = db
    .selectFrom('export_job')
    .select('id')
    .where('base', '=', base)
    .where('state', '=', 'running')
    .where('not_before', '<=', sql<Date>`now()`)
    .where('expires_at', '>', sql<Date>`now()`)
    .where(sql<boolean>`(runner IS NULL OR runner_until < now())`)
    .orderBy('created_at')
    .limit(1)
    .forUpdate()
    .skipLocked();
  return db
    .updateTable('export_job')
    .set({ runner, runner_until: claimed })
    .where('id', '=', (at) => at.selectFrom(next.as('next')).select('next.id'))
    .returningAll()
    .executeTakeFirst();
}

/** A sign of life, for every job of this runner. */
export async function renewExportClaims(db: Db, runner: string): Promise<void> {
  await db.updateTable('export_job').set({ runner_until: claimed }).where('runner', '=', runner).execute();
}

/** False when the job is no longer this runner's: deleted, or taken over. */
export async function keepExportPlan(db: Db, id: string, runner: string, plan: object): Promise<boolean> {
  const result = await db
    .updateTable('export_job')
    .set({ plan: JSON.stringify(plan), attempts: 0, runner_until: claimed })
    .where('id', '=', id)
    .where('runner', '=', runner)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export interface ExportStep {
  readonly type: string;
  readonly ids: readonly string[];
  readonly file: number;
  /** Where the job stands after this step. */
  readonly part: number;
  readonly place: string;
}

/** Adds what was found and moves the job. Gives how many were new; undefined when the job is no longer this runner's. */
export async function keepExportStep(db: Db, id: string, runner: string, step: ExportStep): Promise<number | undefined> {
  const { type, file, part, place } = step;
  return db.transaction().execute(async (trx) => {
    const mine = await trx
      .updateTable('export_job')
      .set({ part, place, attempts: 0, runner_until: claimed })
      .where('id', '=', id)
      .where('runner', '=', runner)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (mine.numUpdatedRows !== 1n) return undefined;
    if (step.ids.length === 0) return 0;
    const added = await sql`
      INSERT INTO export_resource (job_id, type, id, file)
      SELECT ${id}, ${type}, found, ${file} FROM unnest(${[...step.ids]}::text[]) AS found
      ON CONFLICT DO NOTHING`.execute(trx);
    const count = Number(added.numAffectedRows ?? 0);
    await sql`UPDATE export_job SET found = found || jsonb_build_object(${type}::text, coalesce((found ->> ${type}::text)::int, 0) + ${count}::int)
      WHERE id = ${id}`.execute(trx);
    return count;
  });
}

/** To be tried again after `seconds`. */
export async function postponeExportJob(db: Db, id: string, runner: string, seconds: number): Promise<void> {
  await db
    .updateTable('export_job')
    .set({
      runner: null,
      attempts: sql<number>`attempts + 1`,
      not_before: sql<Date>`now() + make_interval(secs => ${seconds}::int)`,
    })
    .where('id', '=', id)
    .where('runner', '=', runner)
    .execute();
}

/** What was found is forgotten with a failure: nothing of it can be fetched. */
export async function finishExportJob(db: Db, id: string, runner: string, failure?: ExportJob['failure']): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const mine = await trx
      .updateTable('export_job')
      .set({
        state: failure == null ? 'complete' : 'failed',
        failure: failure == null ? null : JSON.stringify(failure),
        runner: null,
      })
      .where('id', '=', id)
      .where('runner', '=', runner)
      .executeTakeFirst();
    if (failure != null && mine.numUpdatedRows === 1n)
      await trx.deleteFrom('export_resource').where('job_id', '=', id).execute();
  });
}

export interface ExportFile {
  readonly type: string;
  readonly file: number;
}

/** In their order. */
export async function exportFiles(db: Db, id: string): Promise<readonly ExportFile[]> {
  return db
    .selectFrom('export_resource')
    .select(['type', 'file'])
    .where('job_id', '=', id)
    .groupBy(['type', 'file'])
    .orderBy('type')
    .orderBy('file')
    .execute();
}

/** The next ids of a file after `after`, in their order. */
export async function exportedIds(
  db: Db,
  id: string,
  { type, file }: ExportFile,
  after: string,
  count: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('export_resource')
    .select('id')
    .where('job_id', '=', id)
    .where('type', '=', type)
    .where('file', '=', file)
    .where('id', '>', after)
    .orderBy('id')
    .limit(count)
    .execute();
  return rows.map((row) => row.id);
}

const claimed = sql<Date>`now() + make_interval(secs => ${sql.lit(CLAIM)})`;

/** What is told of an export (export.html#bulk-data-status-request). Nothing in it depends on what is hidden: steps are those of the request, files hold what was seen. */
import type { ExportPlan } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { type ExportJob, exportFiles } from '../storage/export-jobs.ts';
import type { Database } from '../storage/schema.ts';

export function progress({ plan, part }: ExportJob): string {
  const parts = (plan as unknown as ExportPlan | null)?.parts.length;
  return parts === undefined ? 'planning' : `${part} of ${parts} searches done`;
}

/** Without counts: a resource that has become hidden since has no line, and a count would tell that it had one. */
export async function manifest(job: ExportJob, base: string, db: Kysely<Database>): Promise<Uint8Array> {
  const output = (await exportFiles(db, job.id)).map(({ type, file }) => ({
    type,
    url: `${base}/_export/${job.id}/${type}.${file}.ndjson`,
  }));
  const told = {
    transactionTime: job.transaction_time.toISOString(),
    request: base + job.request.target,
    requiresAccessToken: true,
    output,
    deleted: [],
    error: [],
  };
  return new TextEncoder().encode(JSON.stringify(told));
}

/** Brings the tables up to date, in code (nothing is read from files at run time). Names sort in the order in which they were written. */
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { schema } from './connection.ts';
import * as alerts from './migrations/alerts.ts';
import * as auditRecords from './migrations/audit-records.ts';
import * as breakGlass from './migrations/break-glass.ts';
import * as clientIdentities from './migrations/client-identities.ts';
import * as consents from './migrations/consents.ts';
import * as exports from './migrations/exports.ts';
import * as forward from './migrations/forward.ts';
import * as foundation from './migrations/foundation.ts';
import * as notices from './migrations/notices.ts';
import * as people from './migrations/people.ts';
import * as protocols from './migrations/protocols.ts';
import * as questions from './migrations/questions.ts';
import * as recordEnds from './migrations/record-ends.ts';
import * as retention from './migrations/retention.ts';
import * as signInNames from './migrations/sign-in-names.ts';
import * as subscriptions from './migrations/subscriptions.ts';
import type { Database } from './schema.ts';
import { StorageError } from './storage-error.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-foundation': foundation,
  '2026-11-people': people,
  '2026-11-protocols': protocols,
  '2026-11-record-ends': recordEnds,
  '2026-11-z-audit-records': auditRecords,
  '2026-11-z-notices': notices,
  '2026-11-zz-alerts': alerts,
  '2026-11-zz-forward': forward,
  '2026-11-zz-retention': retention,
  '2026-11-z-exports': exports,
  '2026-11-zz-consents': consents,
  '2026-11-zz-sign-in-names': signInNames,
  '2026-11-zzz-break-glass': breakGlass,
  '2026-11-zzz-client-identities': clientIdentities,
  '2026-11-zzzz-subscriptions': subscriptions,
  '2026-11-zzzzz-questions': questions,
};

/** `db` must be the owner's. Nodes that start at once wait for each other. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations }, migrationTableSchema: schema });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('corrupted migrations')) {
    throw new StorageError('the database was made by a newer Fireguard than this one: run that version', { cause: error });
  }
  throw new StorageError(`the tables could not be brought up to date${failed === undefined ? '' : ` (${failed})`}: ${text}`, {
    cause: error,
  });
}

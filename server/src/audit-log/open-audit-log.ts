/** The audit log put together: a journal in `<home>/audit`, copied into PostgreSQL, searched there. What was durable counts; what is searched may lag. */
import { createPublicKey, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AuditRecord, type AuditSite, auditEvent, auditEvents, type FhirVersion, recordOfEvent } from '@fireguard/engine';
import { sql } from 'kysely';
import {
  type AuditPlace,
  type AuditRecordRow,
  type AuditSearch,
  auditRecordById,
  searchAuditRecords,
} from '../storage/audit-records.ts';
import { lockHome } from '../storage/managed/home-lock.ts';
import type { Storage } from '../storage/storage.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { AuditLog } from './audit-log.ts';
import { openJournal } from './journal.ts';
import { diskFolder } from './journal-folder.ts';
import { type CheckpointSettings, keepCheckpoints } from './keep-checkpoints.ts';
import { orderedId } from './ordered-id.ts';
import { openRepositoryThread, type RepositoryThread } from './repository-thread.ts';
import { verifyInThread } from './verify-thread.ts';
import type { TrailVerification } from './verify-trail.ts';

export interface AuditLogOptions {
  readonly home: string;
  /** This node's name; the chain is called after it. */
  readonly node: string;
  readonly storage: Storage;
  /** Who observed, in the AuditEvents. */
  readonly site: AuditSite;
  /** Hears what an operator should know. */
  readonly tell?: (line: string) => void;
  /** Milliseconds since the epoch; default the system's. */
  readonly now?: () => number;
  /** Without: none are made. */
  readonly checkpoints?: CheckpointSettings;
  /** Default 64 MB. */
  readonly segmentBytes?: number;
}

/** Checkpoints of this journal, beside it. */
export const checkpointsName = 'checkpoints.jsonl';

/** `unfinished`: a write whose end was never recorded; whether it happened is unknown. */
export type FoundAuditRecord = AuditRecordRow & { readonly unfinished: boolean };

export interface SearchableAuditLog extends AuditLog {
  readonly chain: string;
  search(search: AuditSearch): Promise<{ readonly rows: readonly FoundAuditRecord[]; readonly next: AuditPlace | undefined }>;
  byId(id: string): Promise<FoundAuditRecord | undefined>;
  /** One FHIR AuditEvent in the form of `version` (default R4), and the patient whom it is about. */
  eventById(
    id: string,
    version?: FhirVersion,
  ): Promise<{ readonly event: object; readonly patient: string | undefined } | undefined>;
  /** All AuditEvents of a row that was found. */
  eventsOf(row: AuditRecordRow, version?: FhirVersion): readonly object[];
  /** The (first) AuditEvent of a record that was just appended. */
  eventOf(record: AuditRecord, version?: FhirVersion): object | undefined;
  /** Records that are on disk and not in the database yet. */
  lag(): number;
  /** Resolves when all that is on disk now can be searched; rejects after `patience` milliseconds (default 5,000). */
  caughtUp(patience?: number): Promise<void>;
  /** Journal, own checkpoints and database against each other, in a thread of its own. */
  verify(): Promise<TrailVerification>;
}

/** Throws StorageError with one clear line: in use by another process, damaged, not writable. */
export async function openAuditLog(options: AuditLogOptions): Promise<SearchableAuditLog> {
  const path = join(resolve(options.home), 'audit');
  const tell = options.tell ?? (() => undefined);
  const { db } = options.storage;
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new StorageError(`the audit journal cannot be opened: ${cause.message}`, { cause });
  });
  const lock = lockHome(join(path, 'lock'), path);
  const folder = diskFolder(path);
  let repository: RepositoryThread | undefined;
  const journal = await openJournal({
    folder,
    node: options.node,
    now: options.now ?? Date.now,
    tell,
    grown: () => repository?.wake(),
    ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
  }).catch((cause: Error) => {
    lock.release();
    throw new StorageError(cause.message, { cause });
  });
  const shut = async () => {
    await journal.close();
    lock.release();
  };
  try {
    repository = await openRepositoryThread({
      config: options.storage.connection,
      path,
      chain: journal.chain,
      durable: () => journal.durable(),
      tell,
    });
  } catch (cause) {
    await shut();
    throw new StorageError((cause as Error).message, { cause });
  }
  const copying = repository;
  const beside = join(path, checkpointsName);
  const key = options.checkpoints?.key;
  const checkpoints =
    options.checkpoints === undefined
      ? undefined
      : keepCheckpoints({
          ...options.checkpoints,
          beside,
          now: options.now ?? Date.now,
          tell,
          place: () => {
            const { seq, hash } = journal.durable();
            return { chain: journal.chain, seq, hash, copied: seq - copying.lag() };
          },
        });
  const log: SearchableAuditLog = {
    chain: journal.chain,
    append: (draft) => journal.append({ id: orderedId(), ...draft }),
    healthy: () => journal.healthy(),
    async search(search) {
      const { rows, next } = await searchAuditRecords(db, search);
      return { rows: await marked(options.storage, rows), next };
    },
    async byId(id) {
      const row = await auditRecordById(db, id);
      return row === undefined ? undefined : (await marked(options.storage, [row]))[0];
    },
    async eventById(id, version) {
      const recordId = recordOfEvent(id);
      const row = recordId === undefined ? undefined : await auditRecordById(db, recordId);
      return row === undefined ? undefined : auditEvent(row.record as unknown as AuditRecord, id, options.site, version);
    },
    eventsOf: (row, version) => auditEvents(row.record as unknown as AuditRecord, options.site, version),
    eventOf: (record, version) => auditEvents(record, options.site, version)[0],
    lag: () => copying.lag(),
    caughtUp: (patience = 5_000) => copying.caughtUp(patience),
    searchable: () => copying.caughtUp(2_000).catch(() => undefined),
    verify: () =>
      verifyInThread({
        path,
        publicKey: key === undefined ? undefined : createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString(),
        checkpoints: key !== undefined && existsSync(beside) ? beside : undefined,
        database: options.storage.connection(),
      }),
    async close() {
      // Those that are being written; what comes later is refused.
      const closed = journal.close();
      await closed;
      if (options.storage.healthy())
        await copying.caughtUp(5_000).catch((error: Error) => tell(`${error.message}; they will be copied at the next start`));
      await checkpoints?.stop();
      await copying.stop();
      lock.release();
    },
  };
  if (journal.torn !== undefined) await recordRepair(log, journal.torn);
  return log;
}

/** A crash has left half a line. It was never acknowledged; that it was set aside is on record. */
async function recordRepair(log: AuditLog, torn: { readonly name: string; readonly bytes: number }): Promise<void> {
  await log.append({
    kind: 'start',
    outcome: 'failure',
    action: 'journal-repaired',
    patients: [],
    resources: [],
    masked: [],
    withheld: 0,
    rules: [],
    reason: `The last write before a crash was incomplete and had not been acknowledged: ${torn.bytes} bytes were set aside in ${torn.name}.`,
    requestId: randomUUID(),
  });
}

/** INVARIANT (I4): an intent counts as finished only when a later record of the same chain names it as ended. */
async function marked(storage: Storage, rows: readonly AuditRecordRow[]): Promise<readonly FoundAuditRecord[]> {
  const intents = rows.filter((row) => row.kind === 'intent');
  const ids = intents.map((row) => row.record_id);
  const ends =
    ids.length === 0
      ? []
      : await storage.db
          .selectFrom('audit_record')
          .select(['node', 'sequence', sql<string>`record ->> 'intent'`.as('intent')])
          .where('kind', '=', 'request')
          .where(sql<string>`record ->> 'intent'`, 'in', ids)
          .execute();
  return rows.map((row) => ({
    ...row,
    unfinished:
      row.kind === 'intent' &&
      !ends.some((end) => end.node === row.node && end.intent === row.record_id && BigInt(end.sequence) > BigInt(row.sequence)),
  }));
}

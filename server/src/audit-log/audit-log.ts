/**
 * The audit log as the rest of the server sees it. A record is durable (journal, hash chain, on disk) when `append` resolves, before the
 * answer it is about leaves (I4); its way into PostgreSQL comes after and may lag, never lose.
 */
import type { AuditRecord } from '@fireguard/engine';

/** What a caller gives; id, time and node are added by the log. */
export type AuditDraft = Omit<AuditRecord, 'id' | 'recorded'>;

export interface AuditLog {
  /** Resolves when the record is on disk. Rejects with Problem('audit-unavailable') when it cannot be: then nothing may be answered. */
  append(draft: AuditDraft): Promise<AuditRecord>;
  /** Who reads the trail waits for what is on disk already, so that nobody misses what they just did; but not for ever: after two seconds it resolves all the same. */
  searchable(): Promise<void>;
  /** Whether appends can currently succeed. */
  healthy(): boolean;
  /** Writes what is queued, brings the database up to date, closes. */
  close(): Promise<void>;
}

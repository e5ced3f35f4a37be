/** The row of a record: a function of its line in the journal alone, so that verification can make it again and compare. */
import type { AuditRecord } from '@fireguard/engine';
import type { NewAuditRecord } from '../storage/audit-copy.ts';
import type { RecordLine } from './chain.ts';

export function recordRow(line: RecordLine, chain: string): NewAuditRecord {
  const record = JSON.parse(line.record) as AuditRecord;
  return {
    record_id: record.id,
    node: chain,
    sequence: line.seq,
    hash: line.hash,
    recorded: new Date(record.recorded).toISOString(),
    kind: record.kind,
    outcome: record.outcome,
    action: record.action,
    resource_type: record.type ?? null,
    person_id: record.caller?.user?.id ?? null,
    client_id: record.caller?.client?.id ?? null,
    record: line.record,
    patients: [...new Set(record.patients)],
  };
}

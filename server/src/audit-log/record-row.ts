/** The row of a record: a function of its line in the journal alone, so that verification can make it again and compare. */
import type { AuditRecord } from '@fireguard/engine';
import type { NewAuditRecord, TouchedPatient } from '../storage/audit-copy.ts';
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
    patients: touched(record),
  };
}

/** FHIR searches AuditEvents by a patient who is whose record it was, or who asked. */
function touched({ kind, patients, caller }: AuditRecord): readonly TouchedPatient[] {
  const subjects = [...new Set(patients)];
  const one = subjects.length === 1 || kind === 'received';
  const found = subjects.map((patient, index) => ({ patient, place: one ? 0 : index + 1 }));
  const [type, asker] = caller?.user?.fhirUser?.split('/') ?? [];
  return type !== 'Patient' || asker === undefined || subjects.includes(asker)
    ? found
    : [...found, { patient: asker, place: -1 }];
}

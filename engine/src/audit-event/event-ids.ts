/** Ids of the FHIR AuditEvents of a record: made of its own, so that making them twice gives the same (R-164: one per patient, one in all where there is none). */
import type { AuditRecord } from './record.ts';

/** In the order of the record's patients. Each patient counts once. What another system recorded stays one event. */
export function eventIds({ id, kind, patients }: Pick<AuditRecord, 'id' | 'kind' | 'patients'>): readonly string[] {
  const { size } = new Set(kind === 'received' ? [] : patients);
  return size <= 1 ? [id] : Array.from({ length: size }, (_one, index) => `${id}-${index + 1}`);
}

/** Which event of which record an id names; `place` is 0 where the record has one event. Undefined: no id of ours. */
export function eventPlace(eventId: string): { readonly recordId: string; readonly place: number } | undefined {
  const match = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:-([1-9]\d{0,5}))?$/.exec(eventId);
  return match === null ? undefined : { recordId: match[1]!, place: Number(match[2] ?? 0) };
}

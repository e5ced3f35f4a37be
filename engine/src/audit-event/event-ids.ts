/**
 * Which FHIR AuditEvents a record stands for, and their ids: made of the record alone, so that making them twice gives the same. One for each patient
 * (R-164; one in all where there is none), one for a decision that consents made, one for each patient to whom something was disclosed.
 */
import { isDisclosure } from './is-disclosure.ts';
import type { AuditRecord } from './record.ts';

export interface EventPlan {
  readonly id: string;
  readonly form: 'act' | 'decision' | 'disclosure';
  readonly patient: string | undefined;
}

export function eventPlan(record: AuditRecord): readonly EventPlan[] {
  const { id, kind, consents = [] } = record;
  const patients = [...new Set(record.patients)];
  if (kind === 'received' || patients.length === 0) return [{ id, form: 'act', patient: patients[0] }];
  const [only] = patients;
  const numbered = (prefix: string) => (index: number) =>
    patients.length === 1 ? (prefix === '' ? id : `${id}-${prefix}`) : `${id}-${prefix}${index + 1}`;
  const [act, disclosure] = [numbered(''), numbered('x')];
  return [
    ...patients.map((patient, index): EventPlan => ({ id: act(index), form: 'act', patient })),
    // BALP's decision event is about one patient: a consent is.
    ...(consents.length > 0 && patients.length === 1 ? [{ id: `${id}-d`, form: 'decision', patient: only } as const] : []),
    ...(isDisclosure(record)
      ? patients.map((patient, index): EventPlan => ({ id: disclosure(index), form: 'disclosure', patient }))
      : []),
  ];
}

/** The record that an event's id names. Undefined: no id of ours. */
export function recordOfEvent(eventId: string): string | undefined {
  return /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:-(?:d|x|x?[1-9]\d{0,5}))?$/.exec(eventId)?.[1];
}

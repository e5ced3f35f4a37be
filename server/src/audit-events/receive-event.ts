/**
 * IHE ITI-20, FHIR feed: an AuditEvent of another system, kept as it came. It becomes a record of the journal like our own, so it is as durable and as
 * provable when it is acknowledged. Who sent it stands in the record of the request.
 */
import { randomUUID } from 'node:crypto';
import type { AuditRecord, UpstreamAnswer } from '@fireguard/engine';
import { answer, outcome } from './answers.ts';
import { patientsIn } from './patients-in.ts';
import type { AuditEventsGiven } from './with-audit-events.ts';

type Received = NonNullable<AuditRecord['received']>['event'];

export async function receiveEvent(body: Uint8Array, { log, tables, base }: AuditEventsGiven): Promise<UpstreamAnswer> {
  const event = JSON.parse(new TextDecoder().decode(body)) as Received;
  if (event['resourceType'] !== 'AuditEvent') return outcome(422, 'invalid');
  const record = await log.append(received(event, tables.version, base));
  const stored = (await log.eventOf(record, tables.version)) ?? event;
  return answer(201, stored, [['location', `${base}/AuditEvent/${record.id}/_history/1`]]);
}

/** The record of an event that another system recorded; its own `recorded` stays in the event, ours says when it came. */
export function received(event: Received, version: NonNullable<AuditRecord['received']>['version'], base: string) {
  const outcomeCode = typeof event['outcome'] === 'string' ? event['outcome'] : '0';
  return {
    kind: 'received',
    outcome: outcomeCode === '0' ? 'permit' : outcomeCode === '8' ? 'deny' : 'failure',
    action: 'audit-event-received',
    type: 'AuditEvent',
    patients: patientsIn(event, base),
    resources: [],
    masked: [],
    withheld: 0,
    rules: [],
    requestId: randomUUID(),
    received: { version, event },
  } as const satisfies Partial<AuditRecord>;
}

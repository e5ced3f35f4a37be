/** A notification (Subscriptions R5 Backport IG 1.1, R4): a Bundle whose first entry says which subscription speaks, and how many events; then the events, as much of each as was asked for. */
import { randomUUID } from 'node:crypto';
import type { StoredSubscription } from '../storage/subscriptions.ts';

export interface NotificationGiven {
  readonly subscription: StoredSubscription;
  readonly kind: 'handshake' | 'event-notification';
  /** As they were released. */
  readonly events: readonly { readonly id: string; readonly recorded?: string }[];
  /** Number of the last one. */
  readonly number: number;
  /** FHIR base. */
  readonly base: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function notification({ subscription, kind, events, number, base, now }: NotificationGiven): string {
  const { id, content } = subscription;
  const url = `${base}/_audit/Subscription/${id}`;
  const timestamp = new Date(now).toISOString();
  const first = number - events.length + 1;
  const told = events.map(({ id: event }, index) => ({
    name: 'notification-event',
    part: [
      { name: 'event-number', valueString: String(first + index) },
      { name: 'timestamp', valueInstant: timestamp },
      ...(content === 'empty' ? [] : [{ name: 'focus', valueReference: { reference: `${base}/AuditEvent/${event}` } }]),
    ],
  }));
  const status = {
    resourceType: 'Parameters',
    meta: { profile: ['http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4'] },
    parameter: [
      { name: 'subscription', valueReference: { reference: url } },
      { name: 'status', valueCode: kind === 'handshake' ? 'requested' : 'active' },
      { name: 'type', valueCode: kind },
      { name: 'events-since-subscription-start', valueString: String(number) },
      ...told,
    ],
  };
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'history',
    timestamp,
    entry: [
      {
        fullUrl: `urn:uuid:${randomUUID()}`,
        resource: status,
        request: { method: 'GET', url: `${url}/$status` },
        response: { status: '200' },
      },
      ...(content === 'empty' ? [] : events).map((event) => ({
        fullUrl: `${base}/AuditEvent/${event.id}`,
        ...(content === 'full-resource' ? { resource: event } : {}),
        request: { method: 'POST', url: 'AuditEvent' },
        response: { status: '201' },
      })),
    ],
  });
}

/** A subscription as its client sees it. The secret is shown once, with the answer that says it was made. */
import type { StoredSubscription } from '../storage/subscriptions.ts';
import { CONTENT } from './read-subscription.ts';

const SECRET = 'urn:fireguard:subscription-secret';

export function shown(subscription: StoredSubscription, secret?: string): object {
  const { id, created_at, state, error, reason, ends_at, criteria, endpoint, content } = subscription;
  return {
    resourceType: 'Subscription',
    id,
    meta: { lastUpdated: created_at.toISOString() },
    status: state,
    reason,
    ...(ends_at === null ? {} : { end: ends_at.toISOString() }),
    criteria,
    ...(error === null ? {} : { error }),
    channel: {
      ...(secret === undefined ? {} : { extension: [{ url: SECRET, valueString: secret }] }),
      type: 'rest-hook',
      endpoint,
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: CONTENT, valueCode: content }] },
    },
  };
}

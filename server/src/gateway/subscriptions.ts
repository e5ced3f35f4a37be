/** Subscriptions to audit events, as the gateway sees them: a door of their own below the base. */
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import type { Place } from './places.ts';

export interface Subscriptions {
  /** Decides and records what it answers. */
  answer(incoming: Incoming, place: Place & { readonly kind: 'subscription' }): Promise<HttpResponse>;
}

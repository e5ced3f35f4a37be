/** Who is told of audit events, by its own subscription: listed for officers, and ended by them. Never the secret, which nobody is shown twice. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { listSubscriptions, setSubscriptionState } from '../storage/subscriptions.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { idParams } from './words.ts';

const subscription = z.object({
  id: z.string(),
  client: z.string(),
  state: z.enum(['requested', 'active', 'error', 'off']),
  criteria: z.string().describe('The search whose events it is told of.'),
  endpoint: z.string(),
  content: z.enum(['empty', 'id-only', 'full-resource']),
  reason: z.string(),
  error: z.string().nullable().describe('What is wrong, or why it is off.'),
  made: z.iso.datetime(),
  told: z.int().describe('Events told so far.'),
});

export function subscriptionRoutes({ db, auditLog }: AdminApiDependencies): readonly AdminRoute[] {
  return [
    adminRoute({
      id: 'listSubscriptions',
      method: 'GET',
      path: '/subscriptions',
      summary: 'Subscriptions of services to audit events, oldest first',
      right: 'audit',
      answer: z.object({ subscriptions: z.array(subscription) }),
      status: 200,
      async run() {
        const found = await listSubscriptions(db);
        return {
          subscriptions: found.map(
            ({ id, client_id, state, criteria, endpoint, content, reason, error, created_at, told }) => ({
              ...{ id, client: client_id, state, criteria, endpoint, content, reason, error },
              ...{ made: created_at.toISOString(), told: Number(told) },
            }),
          ),
        };
      },
    }),
    adminRoute({
      id: 'endSubscription',
      method: 'POST',
      path: '/subscriptions/{id}/end',
      summary: 'End a subscription: its service is told of nothing more',
      right: 'audit',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id } = call.params;
        const act = { action: 'subscription-ended', reason: `Ended the subscription ${id} to audit events.` };
        return perform(auditLog, call, act, async () => {
          if (!(await setSubscriptionState(db, id, 'off', 'It was ended by an officer.')))
            throw new Problem('not-found', 'There is no such subscription that is told.');
          return { id };
        });
      },
    }),
  ];
}

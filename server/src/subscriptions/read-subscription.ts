/** R4 Subscription (hl7.org/fhir/R4/subscription.html), channel `rest-hook`, with the payload's content of the Subscriptions R5 Backport IG. What cannot be kept is refused, never ignored. */
import { Problem, scan } from '@fireguard/engine';
import { z } from 'zod';
import type { StoredSubscription } from '../storage/subscriptions.ts';

export const CONTENT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content';

export interface AskedSubscription {
  readonly criteria: string;
  readonly endpoint: string;
  readonly content: StoredSubscription['content'];
  readonly reason: string;
  readonly end: Date | undefined;
}

const shape = z.strictObject({
  resourceType: z.literal('Subscription'),
  // Given by us; what a client puts there is not kept.
  id: z.string().max(64).optional(),
  meta: z.unknown().optional(),
  status: z.literal('requested'),
  reason: z.string().trim().min(1).max(1_000),
  end: z.iso.datetime({ offset: true }).optional(),
  criteria: z.string().min(1).max(2_100),
  channel: z.strictObject({
    type: z.literal('rest-hook'),
    endpoint: z.string().min(1).max(2_000),
    payload: z.enum(['application/fhir+json', 'application/json']).optional(),
    _payload: z
      .strictObject({
        extension: z.tuple([
          z.strictObject({ url: z.literal(CONTENT), valueCode: z.enum(['empty', 'id-only', 'full-resource']) }),
        ]),
      })
      .optional(),
  }),
});

/** Throws Problem `json-invalid` or `resource-invalid`. */
export function readSubscription(body: Uint8Array): AskedSubscription {
  if (body.length === 0) throw new Problem('body-missing', 'The Subscription is missing.');
  // Strictly first: it refuses repeated names, over which two parsers could disagree.
  scan(body);
  const parsed = shape.safeParse(JSON.parse(new TextDecoder().decode(body)));
  if (!parsed.success) throw new Problem('resource-invalid', wrong(parsed.error.issues[0]!));
  const { criteria, reason, end, channel } = parsed.data;
  return Object.freeze({
    criteria,
    reason,
    endpoint: channel.endpoint,
    content: channel._payload?.extension[0].valueCode ?? 'id-only',
    end: end === undefined ? undefined : new Date(end),
  });
}

function wrong({ code, path, ...issue }: z.core.$ZodIssue): string {
  const at = ['Subscription', ...path].join('.');
  if (code === 'unrecognized_keys' && 'keys' in issue)
    return `${at}.${(issue.keys as readonly string[])[0]} cannot be kept: notifications carry a signature, and no other headers or parts.`;
  return `${at} is missing or is not served: status requested, reason, criteria, and a channel of type rest-hook with its endpoint.`;
}

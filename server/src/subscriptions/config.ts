/** The section of the configuration for subscriptions to audit events. */
import { z } from 'zod';

export const subscriptionsSection = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether applications that may read AuditEvents may also subscribe to them (R-159).'),
    perClient: z.int().min(1).max(100).default(10).describe('Subscriptions of one client at most; beyond that 429.'),
    internalOrigins: z
      .array(z.url({ protocol: /^https?$/ }))
      .max(50)
      .default([])
      .describe(
        'Origins inside our own network that may be told, such as `https://siem.hospital.example`. Anything else must be https and outside.',
      ),
  })
  .prefault({});

export type SubscriptionSettings = z.infer<typeof subscriptionsSection>;

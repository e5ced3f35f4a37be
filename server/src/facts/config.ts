/** The facts' section of the configuration. */
import { z } from 'zod';

export const factsSection = z
  .strictObject({
    pageSize: z.int().min(1).max(1000).default(500).describe('Entries asked for per upstream page.'),
    maxPages: z
      .int()
      .min(1)
      .max(1000)
      .default(40)
      .describe('Upstream pages read for one question; more means that the fact cannot be had, and denies.'),
    cacheSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .describe('Longest life of a cached fact. Caches are used only with upstream.exclusive.'),
    acceptFactsSecondsOld: z
      .int()
      .min(0)
      .max(300)
      .default(0)
      .describe(
        'WEAKENING. Without upstream.exclusive: how old a fact may be that is used again, in seconds. 0 asks afresh for every request.',
      ),
    acceptUpstreamWithoutConsents: z
      .boolean()
      .default(false)
      .describe(
        'WEAKENING. Do not ask the upstream for Consent resources, because it keeps none: no privacy consent is enforced.',
      ),
  })
  .prefault({});

export type FactsSettings = z.infer<typeof factsSection>;

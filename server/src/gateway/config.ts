/** The gateway's section of the configuration. */
import { z } from 'zod';

export const gatewaySection = z
  .strictObject({
    defaultCount: z.int().min(1).max(1000).default(20).describe('Entries of a page when the client does not say.'),
    maxCount: z.int().min(1).max(10_000).default(1000).describe('Entries of a page at most.'),
    pageBudget: z
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe('Upstream pages read for one client page before the search is stopped.'),
    closedIncludes: z
      .enum(['leave-out', 'refuse', 'empty'])
      .default('leave-out')
      .describe(
        'What becomes of `_include` and `_revinclude` of types that are closed to the caller: left out, refused (403), or nothing found.',
      ),
  })
  .prefault({});

export type GatewaySettings = z.infer<typeof gatewaySection>;

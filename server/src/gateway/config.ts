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
    together: z
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Entries of a batch that only read and are answered at the same time.'),
    types: z
      .int()
      .min(1)
      .max(200)
      .default(100)
      .describe('Types that one request may search, or bring along by `_revinclude=*`.'),
    chainDepth: z.int().min(1).max(4).default(2).describe('Links of a chained search parameter, or of `_has` in `_has`.'),
    stages: z.int().min(1).max(200).default(20).describe('Searches that the chains of one request may become.'),
    stageIds: z.int().min(1).max(10_000).default(1000).describe('Visible ids that one link of a chain may hand on.'),
    includes: z.int().min(0).max(50).default(10).describe('`_include` and `_revinclude` of one search.'),
    included: z
      .int()
      .min(0)
      .max(10_000)
      .default(1000)
      .describe('Visible resources that may come beside the matches of one page.'),
    matchesRead: z
      .int()
      .min(1)
      .max(100_000)
      .default(10_000)
      .describe('Visible matches that may be read to be counted or sorted here.'),
    deniedProfile: z
      .enum(['fhir', 'iua'])
      .default('fhir')
      .describe(
        'What a request is answered that scope or policy forbids: 403 (`fhir`), or 401 as IHE IUA has it. What is hidden is 404 in either.',
      ),
    closedIncludes: z
      .enum(['leave-out', 'refuse', 'empty'])
      .default('leave-out')
      .describe(
        'What becomes of `_include` and `_revinclude` of types that are closed to the caller: left out, refused (403), or nothing found.',
      ),
  })
  .prefault({});

export type GatewaySettings = z.infer<typeof gatewaySection>;

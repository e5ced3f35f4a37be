/** The upstream's section of the configuration. */
import { fhirVersions } from '@fireguard/engine';
import { z } from 'zod';

const credentials = z.union([
  z.strictObject({
    bearer: z.string().min(1).describe('A bearer token; write it as a reference to the environment or a file.'),
  }),
  z.strictObject({ username: z.string().min(1), password: z.string().min(1).describe('Write it as a reference.') }),
]);

const abilities = z.strictObject({
  ifMatch: z.boolean().optional().describe('PUT and DELETE honour If-Match; without it nothing can be changed.'),
  sortById: z.boolean().optional().describe('_sort may end with _id.'),
  compartmentSearch: z.boolean().optional().describe('GET Patient/ID/TYPE is served.'),
  postSearch: z.boolean().optional().describe('POST TYPE/_search with a form is served; needed for long searches.'),
  maxCount: z.int().min(1).max(10_000).optional().describe('Greatest _count that it honours.'),
  history: z.boolean().optional().describe('_history of instances, types and the system is served.'),
  transactions: z.boolean().optional().describe('A transaction is done as a whole or not at all.'),
});

export type UpstreamCredentials = z.infer<typeof credentials>;

export const upstreamSection = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.endsWith('/') && !/[?#]/.test(url), 'no slash at the end, no query, no fragment')
    .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'no user name in the URL: use credentials')
    .describe('FHIR base of the server behind us. No slash at the end.'),
  dialect: z
    .enum(['generic', 'demo', 'hapi', 'medplum', 'firely', 'microsoft', 'google', 'basic'])
    .default('generic')
    .describe('What kind of server it is.'),
  fhirVersion: z
    .enum(fhirVersions)
    .default('R4')
    .describe('Which FHIR it speaks. Of R6 the elements are not published yet: no writes, masks, summaries and XML.'),
  types: z
    .record(
      z.string().regex(/^[A-Z][A-Za-z]{0,63}$/),
      z.enum(['anonymous', 'business', 'individual', 'patient', 'not-classified']),
    )
    .optional()
    .describe('Types that its FHIR version does not have, each with its security category. Without it they are not served.'),
  abilities: abilities
    .optional()
    .describe(
      'Where this server differs from its dialect. "fireguard probe URL" writes it. More than the server keeps is a fault.',
    ),
  credentials: credentials.optional().describe('How we show the upstream who we are.'),
  exclusive: z
    .boolean()
    .default(false)
    .describe('True when every write reaches the upstream through us: then facts may be cached.'),
  connections: z.int().min(1).max(1024).default(64).describe('Open connections at most.'),
  connectTimeoutMs: z.int().min(100).default(5_000),
  headersTimeoutMs: z.int().min(100).default(30_000),
  bodyTimeoutMs: z.int().min(100).default(30_000).describe('The whole body must have arrived by then.'),
  maxAnswerBytes: z.int().min(1024).max(1_000_000_000).default(50_000_000).describe('Longest answer that we take.'),
  acceptUpstreamWithoutCredentials: z
    .boolean()
    .default(false)
    .describe('WEAKENING. The upstream asks for no credential, so only the network keeps others from it (R-010).'),
});

export type UpstreamSettings = z.infer<typeof upstreamSection>;

const path = z
  .string()
  .regex(/^(\/[a-z][a-z0-9-]{0,62})+$/, 'lower-case letters, digits and hyphens, a slash before each part, none at the end');

/** A further FHIR server behind us. Each has a base of its own, and tokens that are good nowhere else. */
export const furtherUpstream = upstreamSection.extend({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens')
    .describe('Unique; part of its base unless `path` says otherwise.'),
  path: path
    .optional()
    .describe('Path of its base on the host of the API. Default: that of the first base, then `/` and the name.'),
});

export type FurtherUpstream = z.infer<typeof furtherUpstream>;

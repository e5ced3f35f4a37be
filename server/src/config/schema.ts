/** The whole configuration: each part's own section, put together. Unknown keys are refused everywhere. */
import { z } from 'zod';
import { alertsSection } from '../alerts/config.ts';
import { auditSection } from '../audit-log/config.ts';
import { authorizationServerSection } from '../authorization-server/config.ts';
import { signInSection } from '../authorization-server/sign-in-settings.ts';
import { breakGlassSection } from '../break-glass/config.ts';
import { consentsSection, purposesSection } from '../consents/config.ts';
import { decisionPointSection } from '../decision-point/config.ts';
import { exportSection } from '../export/config.ts';
import { factsSection } from '../facts/config.ts';
import { feedSection } from '../feed/config.ts';
import { forwardSection } from '../forward/config.ts';
import { gatewaySection } from '../gateway/config.ts';
import { httpSection } from '../http/config.ts';
import { labelsSection } from '../labels/config.ts';
import { notifySection } from '../notify/config.ts';
import { subscriptionsSection } from '../subscriptions/config.ts';
import { furtherUpstream, upstreamSection } from '../upstream/config.ts';

const storageSection = z
  .strictObject({
    mode: z.enum(['managed', 'external']).default('managed').describe('A PostgreSQL of our own under `home`, or yours by URL.'),
    url: z.string().min(1).optional().describe('For `external`: postgres://… Write it as a reference.'),
    node: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .optional()
      .describe("This node's name, unique among the nodes of one database. Default: the host's name."),
    keySeals: z
      .array(z.string().min(32).max(1000))
      .min(1)
      .max(5)
      .optional()
      .describe(
        'Secrets that seal the private keys in the database, 32 characters at least, newest first, the same on all nodes. Write them as references. Default: one made in `<home>/key-seal`.',
      ),
  })
  .refine((value) => value.mode === 'managed' || value.url !== undefined, {
    message: 'mode `external` needs a url',
    path: ['url'],
  })
  .prefault({});

const policySection = z
  .strictObject({
    files: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Files, or folders of files, in YAML. Default: the policies that come with Fireguard.'),
    valueSets: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('FHIR ValueSets that policies name, as JSON: files, or folders of files; also Bundles of them.'),
  })
  .prefault({});

/** What is decided by there, in the place of what is said for all. */
const furtherUpstreams = z
  .array(
    furtherUpstream.extend({
      policies: policySection
        .unwrap()
        .optional()
        .describe('Policies and value sets of this server, in the place of those of all. Default: those of all.'),
      labels: labelsSection
        .unwrap()
        .optional()
        .describe(
          'Label rules of this server, in the place of those of all; their value sets are those of its policies. Default: those of all.',
        ),
    }),
  )
  .max(20)
  .default([])
  .describe('Further FHIR servers behind us, each under a base of its own.');

const logSection = z
  .strictObject({
    level: z
      .enum(['silent', 'error', 'warn', 'info', 'debug'])
      .default('info')
      .describe('`debug` logs every request: route template, status, time; never an id or a query.'),
  })
  .prefault({});

export const configuration = z.strictObject({
  profile: z
    .enum(['production', 'development'])
    .default('production')
    .describe('`development` is for one machine: loopback only, plain HTTP allowed there.'),
  home: z
    .string()
    .min(1)
    .default('.fireguard')
    .describe('Folder for database, keys and audit journal. Relative to the configuration file.'),
  http: httpSection,
  upstream: upstreamSection,
  upstreams: furtherUpstreams,
  gateway: gatewaySection,
  facts: factsSection,
  decisionPoint: decisionPointSection,
  breakGlass: breakGlassSection,
  consents: consentsSection,
  labels: labelsSection,
  purposes: purposesSection,
  export: exportSection,
  policies: policySection,
  storage: storageSection,
  audit: auditSection,
  notify: notifySection,
  forward: forwardSection,
  feed: feedSection,
  subscriptions: subscriptionsSection,
  alerts: alertsSection,
  pages: authorizationServerSection,
  signIn: signInSection,
  log: logSection,
});

/** As written: defaults may be missing. */
export type ConfigInput = z.input<typeof configuration>;
/** Complete; frozen by `checkedConfig`. */
export type FireguardConfig = z.output<typeof configuration>;

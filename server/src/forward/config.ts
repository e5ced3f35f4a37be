/** Where the trail is sent on to. */
import { z } from 'zod';

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .describe('Unique; how far it has come is kept under it.'),
  fromBeginning: z.boolean().default(false).describe('Also what was recorded before this target was configured.'),
  received: z.boolean().default(false).describe('Also the events that other systems sent us.'),
};

const syslog = z.strictObject({
  kind: z.literal('syslog-tls'),
  ...common,
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(6514),
  authority: z.string().min(1).optional().describe('Who signs the certificate of the other side, PEM. Default: the system’s.'),
  certificate: z.string().min(1).optional().describe('Ours, PEM.'),
  key: z.string().min(1).optional().describe('Its private key, PEM, as a reference.'),
});

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  ...common,
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Gets a POST of `{"events": [AuditEvent, …]}`. It must be https beyond loopback.'),
  secret: z.string().min(16).describe('Signs each POST (HMAC-SHA-256). Write it as a reference.'),
});

const fhir = z.strictObject({
  kind: z.literal('fhir'),
  ...common,
  url: z
    .url({ protocol: /^https?$/ })
    .describe('FHIR base of an audit repository; gets batches of AuditEvents. It must be https beyond loopback.'),
  bearer: z.string().min(1).optional().describe('Token. Write it as a reference.'),
});

const otlp = z.strictObject({
  kind: z.literal('otlp'),
  ...common,
  url: z.url({ protocol: /^https?$/ }).describe('OTLP/HTTP endpoint without `/v1/logs`. It must be https beyond loopback.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Such as an API key, as a reference.'),
});

const file = z.strictObject({
  kind: z.literal('file'),
  ...common,
  path: z.string().min(1).describe('Gets one AuditEvent a line.'),
});

export const forwardSection = z
  .strictObject({
    targets: z
      .array(z.discriminatedUnion('kind', [syslog, webhook, fhir, otlp, file]))
      .max(20)
      .default([])
      .describe('Who gets the trail.'),
  })
  .prefault({});

export type ForwardTarget = z.infer<typeof forwardSection>['targets'][number];

/** Where notices go. */
import { z } from 'zod';

const topics = z
  .array(z.enum(['break-glass', 'alert', 'question', 'checkpoint', 'operation']))
  .min(1)
  .describe('Which notices it gets.');
const name = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/)
  .describe('Unique; what is still to be sent is kept under it.');

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  name,
  topics,
  url: z.url({ protocol: /^https?$/ }).describe('Gets a POST of JSON. It must be https beyond loopback.'),
  secret: z.string().min(16).describe('Signs each POST (HMAC-SHA-256). Write it as a reference.'),
});

const mail = z.strictObject({
  kind: z.literal('mail'),
  name,
  topics,
  server: z
    .url({ protocol: /^smtps?$/ })
    .describe(
      'smtps://USER:PASSWORD@HOST:465, or smtp://HOST:587 (STARTTLS is required beyond loopback). Write it as a reference.',
    ),
  from: z.email().describe('Sender.'),
  to: z.array(z.email()).min(1).max(50).describe('Receivers.'),
});

const file = z.strictObject({
  kind: z.literal('file'),
  name,
  topics,
  path: z.string().min(1).describe('Gets one line of JSON per notice.'),
});

export const notifySection = z
  .strictObject({
    targets: z
      .array(z.discriminatedUnion('kind', [webhook, mail, file]))
      .max(50)
      .default([])
      .describe('Whom Fireguard tells. Notices hold no patient data.'),
  })
  .prefault({});

export type NoticeTarget = z.infer<typeof notifySection>['targets'][number];

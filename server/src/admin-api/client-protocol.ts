/** What a client may register beyond its kind, as the admin API takes it; the words are those of `ClientProtocol`. */
import { z } from 'zod';
import { logoutUri } from '../authorization-server/registration/logout-uri.ts';
import { redirectUri } from '../authorization-server/registration/redirect-uri.ts';
import { ID_TOKEN_ALGORITHMS } from '../token/keys.ts';

const yes = z.literal(true).optional();

export const clientProtocol = z.strictObject({
  secretInBody: yes.describe('The secret also in the body (client_secret_post).'),
  mutualTls: z
    .union([
      z.strictObject({ kind: z.literal('self-signed') }),
      z.strictObject({ kind: z.literal('authority'), subject: z.string().min(3).max(500).describe('Subject, as `CN=…,O=…`.') }),
    ])
    .optional()
    .describe('Proves who it is by its certificate (RFC 8705) instead of a signed assertion.'),
  dpopBound: yes.describe('Every token is bound to a key (RFC 9449).'),
  certificateBound: yes.describe('Every token is bound to its certificate (RFC 8705 §3).'),
  fapi: yes.describe('FAPI 2.0 Security Profile: pushed requests, bound tokens, the issuer alone as audience.'),
  direct: z
    .array(z.enum(['certificate', 'signed-jwt']))
    .max(2)
    .optional()
    .describe('What a service may show at the FHIR API instead of a token, for business data only (R-021).'),
  idTokenAlg: z.enum(ID_TOKEN_ALGORITHMS).optional(),
  backChannelLogoutUri: logoutUri.optional(),
  postLogoutRedirectUris: z.array(redirectUri).max(20).optional(),
  tokenExchange: yes.describe('It may exchange tokens for narrower ones (RFC 8693).'),
  jwtAudiences: z.array(z.string().min(1).max(500)).max(20).optional().describe('Other FHIR servers for which it gets JWTs.'),
});

/** What does not go together. */
export function protocolProblems(kind: string, protocol: z.infer<typeof clientProtocol>): readonly string[] {
  const keyed = kind === 'asymmetric' || kind === 'backend';
  const problems: string[] = [];
  if (protocol.secretInBody && kind !== 'symmetric') problems.push('Only a symmetric client has a secret.');
  if (protocol.mutualTls !== undefined && !keyed)
    problems.push('Only an asymmetric client or a service proves itself by a certificate.');
  if (protocol.fapi && !keyed) problems.push('A FAPI client proves itself by keys or a certificate.');
  if (protocol.direct !== undefined && kind !== 'backend') problems.push('Only a service may come without a token.');
  if (protocol.tokenExchange && kind === 'public') problems.push('A public client cannot exchange tokens.');
  if (kind === 'backend' && (protocol.postLogoutRedirectUris ?? protocol.backChannelLogoutUri) !== undefined)
    problems.push('Nobody signs in at a service.');
  if (protocol.direct?.includes('certificate') && protocol.mutualTls === undefined)
    problems.push('Say which certificate (mutualTls).');
  return problems;
}

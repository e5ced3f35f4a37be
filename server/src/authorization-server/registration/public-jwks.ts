/** RFC 7517 §5, as much of it as SMART clients use: public RSA and EC keys for RS384 and ES384. A private or symmetric part is refused, not dropped. */
import { z } from 'zod';

const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,2000}$/);
const shared = {
  kid: z.string().min(1).max(200).optional(),
  use: z.literal('sig').optional(),
  key_ops: z.array(z.literal('verify')).max(1).optional(),
  ext: z.boolean().optional(),
  /** Certificates, for clients that prove who they are by one (RFC 8705 §2.2). */
  x5c: z
    .array(z.string().regex(/^[A-Za-z0-9+/]{100,10000}={0,2}$/))
    .min(1)
    .max(5)
    .optional(),
};

const key = z.discriminatedUnion(
  'kty',
  [
    z
      .strictObject({
        kty: z.literal('EC'),
        crv: z.enum(['P-384', 'P-256']),
        x: base64url,
        y: base64url,
        alg: z.literal('ES384').optional(),
        ...shared,
      })
      // No assertion is signed with P-256; a certificate may have it.
      .refine(({ crv, x5c, alg }) => crv === 'P-384' || (x5c !== undefined && alg === undefined), {
        message: 'An EC key is on P-384 (ES384), or on P-256 with its certificate (x5c).',
      }),
    z.strictObject({
      kty: z.literal('RSA'),
      // 2048 bits and more: 342 characters of base64url.
      n: base64url.min(342),
      e: base64url,
      alg: z.literal('RS384').optional(),
      ...shared,
    }),
  ],
  { error: 'A key is a public JWK: EC on P-384 (ES384) or RSA of 2048 bits or more (RS384), without a private part.' },
);

export const publicJwks = z.strictObject({ keys: z.array(key).min(1).max(10) }).describe('Public keys (JWK Set).');

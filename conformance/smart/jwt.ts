/** JSON Web Tokens as the suite needs them: signed by any rule it likes, also by none; taken apart without trust. */
import { createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto';

type Claims = Readonly<Record<string, unknown>>;

/** ES384 by the key of an assertion, RS384 by an RSA key; the header says what it likes. */
export function signedJwt(
  header: Claims,
  claims: Claims,
  key: { readonly alg: 'ES384' | 'RS384'; readonly jwk: JsonWebKey },
): string {
  const input = `${part(header)}.${part(claims)}`;
  const signature = sign('sha384', Buffer.from(input), {
    key: createPrivateKey({ key: key.jwk, format: 'jwk' }),
    ...(key.alg === 'ES384' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  });
  return `${input}.${signature.toString('base64url')}`;
}

export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function headerOf(token: string): Claims {
  return json(token.split('.')[0]);
}

export function claimsOf(token: string): Claims {
  return json(token.split('.')[1]);
}

export function isRs256By(token: string, key: JsonWebKey): boolean {
  const [head = '', body = '', signature = ''] = token.split('.');
  const publicKey = createPublicKey({ key, format: 'jwk' });
  return verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'));
}

function json(text = ''): Claims {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Claims;
  } catch {
    return {};
  }
}

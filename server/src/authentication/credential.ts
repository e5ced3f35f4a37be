/** What a request shows to say who it is: exactly one thing, or nothing. Two are refused, since whoever stands in front of us may have looked at the other. */
import { Problem } from '@fireguard/engine';
import type { ClientCertificate } from '../http/client-certificate.ts';
import { tokenLine } from './token-line.ts';

export type Credential =
  | { readonly kind: 'token'; readonly scheme: 'bearer' | 'dpop'; readonly token: string }
  | { readonly kind: 'signed-jwt'; readonly jwt: string }
  | { readonly kind: 'api-key'; readonly key: string }
  | { readonly kind: 'certificate'; readonly certificate: ClientCertificate };

/** Undefined where nothing was shown. Throws Problem token-invalid for a malformed credential, request-not-understood for two. */
export function credentialOf(
  headers: ReadonlyMap<string, readonly string[]>,
  certificate: ClientCertificate | undefined,
): Credential | undefined {
  const line = tokenLine(headers.get('authorization'));
  const keys = headers.get('x-api-key');
  if (keys !== undefined) {
    if (keys.length !== 1 || headers.has('authorization'))
      throw new Problem('request-not-understood', 'Exactly one credential is allowed.');
    if (!/^[A-Za-z0-9_-]{32,256}$/.test(keys[0]!)) throw new Problem('token-invalid', 'The access token is not valid.');
    return { kind: 'api-key', key: keys[0]! };
  }
  if (line !== undefined) {
    // Our tokens have no dots: what has two is a JWT that a service signed itself.
    return line.scheme === 'bearer' && line.token.split('.').length === 3
      ? { kind: 'signed-jwt', jwt: line.token }
      : { kind: 'token', ...line };
  }
  // A certificate speaks for itself only where nothing else was said.
  return certificate === undefined || headers.has('authorization') ? undefined : { kind: 'certificate', certificate };
}

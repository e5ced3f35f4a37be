/** A key of an app, and proofs by it (RFC 9449 §4.2); every member can be bent. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { part } from './jwt.ts';

export type DpopProof = (method: string, url: string, claims?: object, header?: object) => string;

export function dpop(): DpopProof {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  return (method, url, claims = {}, header = {}) => {
    const body = { htm: method, htu: url, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims };
    const input = `${part({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })}.${part(body)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
}

/** Claim `ath`: which token a proof goes with. */
export function ath(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

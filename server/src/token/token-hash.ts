/** How a token is known to the database: by SHA-256, so that who reads the database holds no token. Tokens have 256 random bits: no salt is needed. */
import { hash } from 'node:crypto';

/** 64 hexadecimal digits. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Public name of a token, for audit and introspection: part of its hash, of no use as a token. */
export function publicTokenId(token: string): string {
  return tokenHash(token).slice(0, 16);
}

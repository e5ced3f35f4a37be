/** Recovery codes: ten, each good once, 80 random bits in letters that cannot be mistaken. Random enough to be kept as plain SHA-256. */
import { randomBytes } from 'node:crypto';
import { tokenHash } from '../../token/token-hash.ts';
import { base32 } from './base32.ts';

const COUNT = 10;

/** `K3RT-9Q2M-…`: as shown, once. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: COUNT }, () => base32(randomBytes(10)).replaceAll(/(.{4})(?=.)/g, '$1-'));
}

/** However it was typed; undefined when it cannot be one. */
export function recoveryHash(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'I');
  return /^[A-Z2-7]{16}$/.test(code) ? tokenHash(`recovery ${code}`) : undefined;
}

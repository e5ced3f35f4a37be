/** RFC 6238 §4 (TOTP) over RFC 4226 §5.3 (HOTP): SHA-1, six digits, 30 seconds, as every authenticator app has it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';

const STEP_MS = 30_000;
const DIGITS = 6;

/** The code of a time step. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = (mac[mac.length - 1] ?? 0) & 0x0f;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 10 ** DIGITS).padStart(DIGITS, '0');
}

export function timeStep(now: number): number {
  return Math.floor(now / STEP_MS);
}

/** The step whose code this is: the present one, the one before (somebody typed slowly), the one after (their clock is ahead); undefined: none. */
export function matchingStep(secret: Uint8Array, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const present = timeStep(now);
  // All three are computed, so that time does not tell which one it was.
  const found = [present - 1, present, present + 1].filter((step) =>
    timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code)),
  );
  return found.at(-1);
}

/** For authenticator apps: Key Uri Format. Algorithm, digits and period are the ones that every app takes when none are named. */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}

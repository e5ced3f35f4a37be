/**
 * How a POST of ours is signed: `Fireguard-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `<seconds>.<body>` with the shared secret. Whoever
 * receives it computes the same and compares, and refuses a time that is not now.
 */
import { createHmac } from 'node:crypto';

/** `now`: milliseconds since the epoch. */
export function webhookSignature(body: string, secret: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

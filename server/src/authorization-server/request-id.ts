/** X-Request-Id: the caller's when it is sane, otherwise ours. */
import type { IncomingMessage } from 'node:http';
import { orderedId } from '../audit-log/ordered-id.ts';

export function requestIdOf(message: Pick<IncomingMessage, 'headers'>): string {
  const given = message.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : orderedId();
}

/** A reference that can be read out on the telephone: `7F3K-92QD`. No letter or digit that could be taken for another. */
export function pageReference(): string {
  const letters = '23456789BCDFGHJKMNPQRSTVWXYZ';
  const text = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => letters[byte % letters.length]).join('');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

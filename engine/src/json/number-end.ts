/** RFC 8259 §6: find where a number ends, refusing leading zeros, a bare sign, a bare point and an empty exponent. */
import { refuse } from './refuse.ts';

/** `from` is the offset of the sign or first digit. Returns the offset after the number. */
export function numberEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  if (bytes[at] === 0x2d) at++;
  if (at < end && bytes[at] === 0x30) at++;
  else at = digitsEnd(bytes, at, end);
  if (at < end && bytes[at] === 0x2e) at = digitsEnd(bytes, at + 1, end);
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    at++;
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    at = digitsEnd(bytes, at, end);
  }
  return at;
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  if (at === from) refuse('invalid number', at);
  return at;
}

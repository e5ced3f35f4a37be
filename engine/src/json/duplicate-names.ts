/** RFC 8259 §4 leaves duplicate names open, and two readers then see two documents; here they are refused, at the object's end. */

import { refuse } from './refuse.ts';
import { CHILD_BITS, KEY, KEY_HASH, KEY_LENGTH, META, NEXT, STRIDE_BITS } from './tape.ts';

/** Up to this many members, comparing each with each is the quickest. */
const FEW = 24;

/**
 * Refuse `object` when two of its members have the same name. Members are all on the tape. Grows with the members; a document made of
 * names that collide costs n log n comparisons, never n².
 */
export function refuseDuplicateNames(bytes: Uint8Array, tape: Int32Array, object: number): void {
  const members = tape[(object << STRIDE_BITS) + META]! >>> CHILD_BITS;
  if (members < 2) return;
  if (members <= FEW) compareEach(bytes, tape, object + 1);
  else if (!hashed(bytes, tape, object + 1, members)) sorted(bytes, tape, object + 1, members);
}

function compareEach(bytes: Uint8Array, tape: Int32Array, first: number): void {
  for (let one = first; one !== 0; one = tape[(one << STRIDE_BITS) + NEXT]!) {
    const hash = tape[(one << STRIDE_BITS) + KEY_HASH]!;
    for (let other = tape[(one << STRIDE_BITS) + NEXT]!; other !== 0; other = tape[(other << STRIDE_BITS) + NEXT]!) {
      if (tape[(other << STRIDE_BITS) + KEY_HASH] === hash) refuseIfSame(bytes, tape, one, other);
    }
  }
}

/** An open-addressing set. False when it met so many collisions that the names must have been chosen for it. */
function hashed(bytes: Uint8Array, tape: Int32Array, first: number, members: number): boolean {
  const mask = (1 << (33 - Math.clz32(members))) - 1;
  const slots = new Int32Array(mask + 1);
  let patience = members * 8;
  for (let one = first; one !== 0; one = tape[(one << STRIDE_BITS) + NEXT]!) {
    const hash = tape[(one << STRIDE_BITS) + KEY_HASH]!;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (slots[slot] !== 0) {
      if (--patience < 0) return false;
      if (tape[(slots[slot]! << STRIDE_BITS) + KEY_HASH] === hash) refuseIfSame(bytes, tape, slots[slot]!, one);
      slot = (slot + 1) & mask;
    }
    slots[slot] = one;
  }
  return true;
}

function sorted(bytes: Uint8Array, tape: Int32Array, first: number, members: number): void {
  const all = new Int32Array(members);
  let count = 0;
  for (let one = first; one !== 0; one = tape[(one << STRIDE_BITS) + NEXT]!) all[count++] = one;
  all.sort((one, other) => compareNames(bytes, tape, one, other));
  for (let at = 1; at < members; at++) refuseIfSame(bytes, tape, all[at - 1]!, all[at]!);
}

function refuseIfSame(bytes: Uint8Array, tape: Int32Array, one: number, other: number): void {
  if (compareNames(bytes, tape, one, other) !== 0) return;
  refuse('duplicate property name', Math.max(tape[(one << STRIDE_BITS) + KEY]!, tape[(other << STRIDE_BITS) + KEY]!));
}

/** Shorter first, then by bytes; 0 only for the same name. */
function compareNames(bytes: Uint8Array, tape: Int32Array, one: number, other: number): number {
  const length = tape[(one << STRIDE_BITS) + KEY_LENGTH]!;
  const difference = length - tape[(other << STRIDE_BITS) + KEY_LENGTH]!;
  if (difference !== 0) return difference;
  const a = tape[(one << STRIDE_BITS) + KEY]! + 1;
  const b = tape[(other << STRIDE_BITS) + KEY]! + 1;
  for (let at = 0; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return bytes[a + at]! - bytes[b + at]!;
  return 0;
}

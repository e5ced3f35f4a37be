/** The first three letters of a word as one number, in small letters (ASCII; others as they are). */
export function startKey(first: number, second: number, third: number): number {
  return (lowered(first) * 0x10000 + lowered(second)) * 0x10000 + lowered(third);
}

/** Number of bits of `startBits`. */
export const START_BITS = 15;

/** The same, cut down to what a small table can hold: equal for equal beginnings, and seldom for others. */
export function startBits(first: number, second: number, third: number): number {
  return ((first & 31) << 10) | ((second & 31) << 5) | (third & 31);
}

export function lowered(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

/** The first three letters of a word as one number, in small letters (ASCII; others as they are). */
export function startKey(first: number, second: number, third: number): number {
  return (lowered(first) * 0x10000 + lowered(second)) * 0x10000 + lowered(third);
}

export function lowered(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

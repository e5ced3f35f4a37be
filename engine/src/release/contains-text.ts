/** Whether bytes hold a text, without decoding them: Horspool's search, which skips most of the bytes (CACM 23.7, 1980). */
export interface Needle {
  readonly bytes: Uint8Array;
  readonly skip: Int32Array;
}

export function needle(text: string): Needle {
  const bytes = new TextEncoder().encode(text);
  const skip = new Int32Array(256).fill(bytes.length);
  for (let at = 0; at < bytes.length - 1; at++) skip[bytes[at]!] = bytes.length - 1 - at;
  return { bytes, skip };
}

export function containsText(hay: Uint8Array, start: number, end: number, { bytes, skip }: Needle): boolean {
  const last = bytes.length - 1;
  for (let at = start + last; at < end; at += skip[hay[at]!]!) {
    let back = 0;
    while (back <= last && hay[at - back] === bytes[last - back]) back++;
    if (back > last) return true;
  }
  return false;
}

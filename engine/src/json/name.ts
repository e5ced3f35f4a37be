/** A property name, or a string to compare with, made ready once so that documents can be asked for it without decoding anything. */
export interface Name {
  readonly text: string;
  /** UTF-8. */
  readonly bytes: Uint8Array;
  readonly hash: number;
}

const encoder = new TextEncoder();

/** Prepare `text`; do it at module level and keep the result. */
export function name(text: string): Name {
  const bytes = encoder.encode(text);
  let hash = HASH_SEED;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_FACTOR);
  return Object.freeze({ text, bytes, hash });
}

/** Some names, for finding in one walk the values that go by any of them. */
export interface Names {
  /** By the last byte of a hash: whether a name may be one of these. */
  readonly filter: Uint8Array;
}

export function names(list: readonly Name[]): Names {
  const filter = new Uint8Array(256);
  for (const { hash } of list) filter[hash & 0xff] = 1;
  return Object.freeze({ filter });
}

/** FNV-1a, 32 bits. It is not secret: whoever relies on it being spread must survive a document made to collide. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_FACTOR = 0x01000193;

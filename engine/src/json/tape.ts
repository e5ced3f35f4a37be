/**
 * The layout of the tape: eight 32-bit integers a value, values in document order, so that a value's first child is the next one.
 * Only `scan` writes it, only `JsonDocument` and the check for duplicate names read it.
 */
export const STRIDE_BITS = 3;
/** Byte offset of the value's first byte. */
export const START = 0;
/** Byte offset after the value's last byte. */
export const END = 1;
/** Byte offset of the opening quote of the member's name; -1 for items and for the root. */
export const KEY = 2;
/** Bytes between the quotes of the name. */
export const KEY_LENGTH = 3;
/** `hashOf` the name's bytes. */
export const KEY_HASH = 4;
/** The container; -1 for the root. */
export const PARENT = 5;
/** The next sibling; 0 when there is none (0 is the root, which is nobody's sibling). */
export const NEXT = 6;
/** Kind in the three low bits, then whether a string holds escapes, then the number of children. */
export const META = 7;

export const OBJECT = 0;
export const ARRAY = 1;
export const STRING = 2;
export const NUMBER = 3;
export const TRUE = 4;
export const FALSE = 5;
export const NULL = 6;
export const KIND_MASK = 7;
export const ESCAPED = 8;
export const CHILD = 16;
export const CHILD_BITS = 4;

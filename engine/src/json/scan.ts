/**
 * The strict offset scanner: one pass over a JSON document's bytes (RFC 8259) that proves it well-formed and notes where each value lies,
 * so that it can be read without being materialised and edited without losing a byte. It must not accept what two readers could understand
 * differently: duplicate names, escapes in names, invalid UTF-8, unpaired surrogates. It must never echo content in an error.
 *
 * The loop is one function on local variables on purpose: it is the cost of every answer, and split up it runs at half the speed.
 */
import { Problem } from '../problem.ts';
import { JsonDocument } from './document.ts';
import { refuseDuplicateNames } from './duplicate-names.ts';
import { HASH_FACTOR, HASH_SEED } from './name.ts';
import { numberEnd } from './number-end.ts';
import { refuse } from './refuse.ts';
import { sequenceEnd, stringEnd } from './string-end.ts';
import {
  ARRAY,
  CHILD,
  END,
  ESCAPED,
  FALSE,
  KEY,
  KEY_HASH,
  KEY_LENGTH,
  KIND_MASK,
  META,
  NEXT,
  NULL,
  NUMBER,
  OBJECT,
  PARENT,
  START,
  STRIDE_BITS,
  STRING,
  TRUE,
} from './tape.ts';
import { giveTape, takeTape } from './tape-pool.ts';

export { JsonDocument, type JsonKind, type JsonNode, NONE } from './document.ts';
export { type Name, name, names } from './name.ts';
export type { JsonValue } from './value.ts';

export interface ScanLimits {
  /** Containers inside one another; 64 unless given, never above 1000, since readers of a document recurse. */
  readonly maxDepth?: number;
  /** Bytes; 512 MiB unless given, which is also the most. */
  readonly maxBytes?: number;
  /** Values of any kind; 8 million unless given. Each costs 32 bytes of tape. */
  readonly maxNodes?: number;
}

const DEEPEST = 1000;
const LONGEST = 2 ** 29;

/** Scan one document. Throws Problem `json-invalid`, or `body-too-large` beyond `maxBytes` or `maxNodes`. */
export function scan(bytes: Uint8Array, limits: ScanLimits = {}): JsonDocument {
  const maxDepth = Math.min(limits.maxDepth ?? 64, DEEPEST);
  const maxNodes = limits.maxNodes ?? 8_000_000;
  const end = bytes.length;
  if (end > Math.min(limits.maxBytes ?? LONGEST, LONGEST)) throw new Problem('body-too-large', 'The body is too large.');

  let tape = takeTape(((end >>> 4) + 16) << STRIDE_BITS);
  let count = 0;
  let at = 0;
  let depth = 0;
  /** The open container, the last child read in it, and whether it is an object. */
  let parent = -1;
  let previous = 0;
  let inObject = false;
  let hasEscapes = false;

  value: for (;;) {
    at = skipSpace(bytes, at, end);

    let key = -1;
    let keyLength = 0;
    let hash = HASH_SEED;
    if (inObject) {
      if (at >= end || bytes[at] !== 0x22) refuse('property name expected', at);
      key = at++;
      for (;;) {
        if (at >= end) refuse('unfinished string', at);
        const byte = bytes[at]!;
        if (byte === 0x22) break;
        if (byte === 0x5c) refuse('escape in a property name', at);
        if (byte < 0x20) refuse('control character in a string', at);
        if (byte < 0x80) {
          hash = Math.imul(hash ^ byte, HASH_FACTOR);
          at++;
        } else {
          for (const after = sequenceEnd(bytes, at, end); at < after; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_FACTOR);
        }
      }
      keyLength = at - key - 1;
      at = skipSpace(bytes, at + 1, end);
      if (at >= end || bytes[at] !== 0x3a) refuse('colon expected', at);
      at = skipSpace(bytes, at + 1, end);
    }

    if (at >= end) refuse('value expected', at);
    let node = count++;
    let base = node << STRIDE_BITS;
    if (count > maxNodes) throw new Problem('body-too-large', 'The body holds too many values.');
    if (base === tape.length) {
      const larger = takeTape(tape.length * 2);
      larger.set(tape);
      giveTape(tape);
      tape = larger;
    }
    tape[base + START] = at;
    tape[base + KEY] = key;
    tape[base + KEY_LENGTH] = keyLength;
    tape[base + KEY_HASH] = hash;
    tape[base + PARENT] = parent;
    tape[base + NEXT] = 0;
    if (parent >= 0) tape[(parent << STRIDE_BITS) + META]! += CHILD;
    if (previous !== 0) tape[(previous << STRIDE_BITS) + NEXT] = node;

    const byte = bytes[at]!;
    if (byte === 0x22) {
      const after = stringEnd(bytes, at + 1, end);
      at = after < 0 ? ~after : after;
      tape[base + META] = after < 0 ? STRING | ESCAPED : STRING;
      hasEscapes ||= after < 0;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) refuse('nested too deeply', at);
      inObject = byte === 0x7b;
      tape[base + META] = inObject ? OBJECT : ARRAY;
      at = skipSpace(bytes, at + 1, end);
      if (at < end && bytes[at] === (inObject ? 0x7d : 0x5d)) {
        at++;
        depth--;
        inObject = parent >= 0 && (tape[(parent << STRIDE_BITS) + META]! & KIND_MASK) === OBJECT;
      } else {
        parent = node;
        previous = 0;
        continue;
      }
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      at = numberEnd(bytes, at, end);
      tape[base + META] = NUMBER;
    } else if (byte === 0x74 && bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65) {
      at += 4;
      tape[base + META] = TRUE;
    } else if (
      byte === 0x66 &&
      bytes[at + 1] === 0x61 &&
      bytes[at + 2] === 0x6c &&
      bytes[at + 3] === 0x73 &&
      bytes[at + 4] === 0x65
    ) {
      at += 5;
      tape[base + META] = FALSE;
    } else if (byte === 0x6e && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c) {
      at += 4;
      tape[base + META] = NULL;
    } else refuse('value expected', at);

    // The value is complete; close the containers that end with it.
    for (;;) {
      tape[base + END] = at;
      at = skipSpace(bytes, at, end);
      if (parent < 0) {
        if (at !== end) refuse('bytes after the value', at);
        return new JsonDocument(bytes, tape, count, hasEscapes);
      }
      const closing = at < end ? bytes[at]! : 0;
      if (closing === 0x2c) {
        at++;
        previous = node;
        continue value;
      }
      if (closing !== (inObject ? 0x7d : 0x5d)) refuse('comma or end of container expected', at);
      at++;
      if (inObject) refuseDuplicateNames(bytes, tape, parent);
      node = parent;
      base = node << STRIDE_BITS;
      parent = tape[base + PARENT]!;
      depth--;
      inObject = parent >= 0 && (tape[(parent << STRIDE_BITS) + META]! & KIND_MASK) === OBJECT;
    }
  }
}

function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

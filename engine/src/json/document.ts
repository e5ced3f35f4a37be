/**
 * A scanned document: its bytes and the tape that says where each value lies. Values are read by node, decoded only when asked.
 * INVARIANT: only `scan` makes one, so every document has been proved well-formed, without duplicate or escaped names.
 */
import type { Name, Names } from './name.ts';
import { unescapedText, utf8Text } from './string-text.ts';
import {
  ARRAY,
  CHILD_BITS,
  END,
  ESCAPED,
  FALSE,
  KEY,
  KEY_HASH,
  KEY_LENGTH,
  KIND_MASK,
  META,
  NEXT,
  NUMBER,
  OBJECT,
  PARENT,
  START,
  STRIDE_BITS,
  STRING,
  TRUE,
} from './tape.ts';
import { giveTape } from './tape-pool.ts';
import type { JsonValue } from './value.ts';

/** Index of a value; `NONE` = absent, and every question about `NONE` is answered as about an absent value. */
export type JsonNode = number;
export const NONE: JsonNode = -1;
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

const nothing = new Int32Array(0);
const kinds: readonly JsonKind[] = ['object', 'array', 'string', 'number', 'true', 'false', 'null'];

export class JsonDocument {
  readonly bytes: Uint8Array;
  readonly root: JsonNode = 0;
  /** Some string in it holds an escape: there is a backslash among its bytes. */
  readonly hasEscapes: boolean;
  #count: number;
  #tape: Int32Array;

  constructor(bytes: Uint8Array, tape: Int32Array, count: number, hasEscapes: boolean) {
    this.bytes = bytes;
    this.hasEscapes = hasEscapes;
    this.#tape = tape;
    this.#count = count;
  }

  /** Number of values in the document. */
  get count(): number {
    return this.#count;
  }

  /** Whoever scanned it needs it no more. INVARIANT: nobody is told anything of it afterwards: every question about a value throws. */
  letGo(): void {
    const tape = this.#tape;
    this.#tape = nothing;
    this.#count = 0;
    giveTape(tape);
  }

  #field(node: JsonNode, field: number): number {
    if (node < 0 || node >= this.#count) throw new RangeError('no such JSON value');
    return this.#tape[(node << STRIDE_BITS) + field]!;
  }

  #is(node: JsonNode, kind: number): boolean {
    return node >= 0 && (this.#field(node, META) & KIND_MASK) === kind;
  }

  kind(node: JsonNode): JsonKind {
    return kinds[this.#field(node, META) & KIND_MASK]!;
  }

  isObject(node: JsonNode): boolean {
    return this.#is(node, OBJECT);
  }

  isArray(node: JsonNode): boolean {
    return this.#is(node, ARRAY);
  }

  isString(node: JsonNode): boolean {
    return this.#is(node, STRING);
  }

  /** Byte offset of the value's first byte. */
  start(node: JsonNode): number {
    return this.#field(node, START);
  }

  /** Byte offset after the value's last byte. */
  end(node: JsonNode): number {
    return this.#field(node, END);
  }

  /** Byte offset of the opening quote of the member's name; -1 for items and for the root. */
  keyStart(node: JsonNode): number {
    return this.#field(node, KEY);
  }

  parent(node: JsonNode): JsonNode {
    return this.#field(node, PARENT);
  }

  /** First child in document order, or NONE. */
  first(node: JsonNode): JsonNode {
    return node >= 0 && this.#field(node, META) >>> CHILD_BITS > 0 ? node + 1 : NONE;
  }

  /** Next sibling in document order, or NONE. */
  next(node: JsonNode): JsonNode {
    return this.#field(node, NEXT) || NONE;
  }

  /** The first value behind `node` and all that is inside it, in document order; `count` when there is none. */
  after(node: JsonNode): JsonNode {
    for (let at = node; at !== NONE; at = this.parent(at)) {
      const next = this.next(at);
      if (next !== NONE) return next;
    }
    return this.count;
  }

  /**
   * The first value from `from` on, before `end`, whose name may be one of `names`; `end` when there is none. Whatever stands at any depth is looked at, in
   * document order. It goes by a part of the hash, so ask `keyIs` of what it finds.
   */
  nextNamed(from: JsonNode, end: JsonNode, { filter }: Names): JsonNode {
    const tape = this.#tape;
    const last = Math.min(end, this.#count);
    for (let node = from; node < last; node++) if (filter[tape[(node << STRIDE_BITS) + KEY_HASH]! & 0xff] === 1) return node;
    return end;
  }

  /** Number of members or items; 0 for anything else. */
  size(node: JsonNode): number {
    return node < 0 ? 0 : this.#field(node, META) >>> CHILD_BITS;
  }

  /** The member called `name`, or NONE when absent or when `node` is no object. */
  member(node: JsonNode, name: Name): JsonNode {
    if (!this.#is(node, OBJECT) || this.size(node) === 0) return NONE;
    const tape = this.#tape;
    const { hash } = name;
    const { length } = name.bytes;
    // Asked more often than anything else: what the tape says of its own nodes is not checked again. Of the last child the next is 0.
    for (let child = node + 1; child !== 0; child = tape[(child << STRIDE_BITS) + NEXT]!) {
      const base = child << STRIDE_BITS;
      if (tape[base + KEY_HASH] === hash && tape[base + KEY_LENGTH] === length && this.#same(tape[base + KEY]! + 1, name))
        return child;
    }
    return NONE;
  }

  /** Follow names and zero-based indexes; NONE as soon as a step is absent. */
  at(node: JsonNode, ...path: readonly (Name | number)[]): JsonNode {
    let found = node;
    for (const step of path) {
      if (found === NONE) return NONE;
      found = typeof step === 'number' ? this.#item(found, step) : this.member(found, step);
    }
    return found;
  }

  #item(node: JsonNode, index: number): JsonNode {
    if (!this.#is(node, ARRAY) || index < 0 || index >= this.size(node)) return NONE;
    let child = this.first(node);
    for (let skip = index; skip > 0; skip--) child = this.next(child);
    return child;
  }

  /** The member's name; '' for items and for the root. */
  key(node: JsonNode): string {
    const from = this.#field(node, KEY) + 1;
    return from === 0 ? '' : utf8Text(this.bytes, from, from + this.#field(node, KEY_LENGTH));
  }

  /** Hash of the member's name, as in `Name.hash`: equal for equal names, so whoever looks for few names among many members can pass by the rest. */
  keyHash(node: JsonNode): number {
    return this.#field(node, KEY_HASH);
  }

  keyIs(node: JsonNode, name: Name): boolean {
    if (node < 0 || this.#field(node, KEY_HASH) !== name.hash || this.#field(node, KEY_LENGTH) !== name.bytes.length)
      return false;
    const from = this.#field(node, KEY);
    return from >= 0 && this.#same(from + 1, name);
  }

  #same(from: number, name: Name): boolean {
    for (let at = 0; at < name.bytes.length; at++) if (this.bytes[from + at] !== name.bytes[at]) return false;
    return true;
  }

  /** The decoded text; undefined when the value is absent or no string. */
  string(node: JsonNode): string | undefined {
    if (!this.#is(node, STRING)) return undefined;
    const [from, to] = [this.start(node) + 1, this.end(node) - 1];
    return this.#field(node, META) & ESCAPED ? unescapedText(this.bytes, from, to) : utf8Text(this.bytes, from, to);
  }

  /** Is it a string that holds escapes, so that its text is not its bytes? */
  isEscaped(node: JsonNode): boolean {
    return this.#is(node, STRING) && (this.#field(node, META) & ESCAPED) !== 0;
  }

  /** Is it the string `name.text`? Compared by bytes; only a string with escapes is decoded first. */
  stringIs(node: JsonNode, name: Name): boolean {
    if (!this.#is(node, STRING)) return false;
    if (this.#field(node, META) & ESCAPED) return this.string(node) === name.text;
    return this.end(node) - this.start(node) - 2 === name.bytes.length && this.#same(this.start(node) + 1, name);
  }

  boolean(node: JsonNode): boolean | undefined {
    return this.#is(node, TRUE) ? true : this.#is(node, FALSE) ? false : undefined;
  }

  /** The nearest JavaScript number, infinite when out of range; use `raw` where digits matter. Undefined when it is no number. */
  number(node: JsonNode): number | undefined {
    return this.#is(node, NUMBER) ? Number(this.raw(node)) : undefined;
  }

  /** The exact text of the value. */
  raw(node: JsonNode): string {
    return utf8Text(this.bytes, this.start(node), this.end(node));
  }

  /** The exact bytes of the value: a view, not a copy. */
  slice(node: JsonNode): Uint8Array {
    return this.bytes.subarray(this.start(node), this.end(node));
  }

  /** The whole value as JavaScript. Numbers lose their digits; objects have no prototype. */
  value(node: JsonNode): JsonValue {
    switch (this.kind(node)) {
      case 'object': {
        const object: Record<string, JsonValue> = Object.create(null);
        for (let child = this.first(node); child !== NONE; child = this.next(child))
          object[this.key(child)] = this.value(child);
        return object;
      }
      case 'array': {
        const array: JsonValue[] = [];
        for (let child = this.first(node); child !== NONE; child = this.next(child)) array.push(this.value(child));
        return array;
      }
      case 'string':
        return this.string(node)!;
      case 'number':
        return this.number(node)!;
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
    }
  }
}

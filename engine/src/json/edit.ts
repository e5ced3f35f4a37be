/**
 * Edits by splicing: a list of changes over one document, applied in one copy of its bytes.
 * INVARIANT: bytes that no edit names stay identical; the result is JSON without duplicate names; what was removed is never written.
 */

import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { joined } from './joined.ts';
import { scan } from './scan.ts';
import { type EditPlan, type Insertion, planSplices, type Splice } from './splices.ts';

export interface RemoveOptions {
  /**
   * `drop`: a container that is left empty is removed too, and so on upwards, but never `upTo` (or the root) itself. `keep` leaves `{}`
   * or `[]` behind, which tells that something was there.
   */
  readonly shells?: 'keep' | 'drop';
  readonly upTo?: JsonNode;
}

export type Place = 'first' | 'last';

const encoder = new TextEncoder();

export class JsonEdit {
  readonly document: JsonDocument;
  readonly #removed = new Map<JsonNode, RemoveOptions>();
  readonly #replaced = new Map<JsonNode, Uint8Array>();
  readonly #inserted = new Map<JsonNode, Insertion[]>();
  #plan: EditPlan | undefined;

  constructor(document: JsonDocument) {
    this.document = document;
  }

  get isEmpty(): boolean {
    return this.#removed.size === 0 && this.#replaced.size === 0 && this.#inserted.size === 0;
  }

  /** Remove a member with its name, or an item, and the comma that goes with it. The root cannot be removed. */
  remove(node: JsonNode, options: RemoveOptions = {}): void {
    if (this.document.parent(node) === NONE) throw new Error('the root cannot be removed');
    this.#plan = undefined;
    if (!this.#removed.has(node) || options.shells === 'drop') this.#removed.set(node, options);
  }

  /** Put another value in the place of this one. Two different replacements of one value are a bug. A removal wins over a replacement. */
  replace(node: JsonNode, value: Uint8Array | string): void {
    const bytes = checkedValue(value);
    const before = this.#replaced.get(node);
    if (before !== undefined && !sameBytes(before, bytes)) throw new Error('two replacements of one value');
    this.document.start(node);
    this.#plan = undefined;
    this.#replaced.set(node, bytes);
  }

  /** Add a member. That the name is free once the removals are done is checked when the edit is applied. */
  insertMember(object: JsonNode, name: string, value: Uint8Array | string, place: Place = 'last'): void {
    if (!this.document.isObject(object)) throw new Error('not an object');
    const quoted = JSON.stringify(name);
    if (quoted.includes('\\')) throw new Error('the name would need an escape');
    this.#insert(object, { name, bytes: joined([encoder.encode(`${quoted}:`), checkedValue(value)]), place });
  }

  /** Add an item, after the last one unless told otherwise. */
  appendItem(array: JsonNode, value: Uint8Array | string, place: Place = 'last'): void {
    if (!this.document.isArray(array)) throw new Error('not an array');
    this.#insert(array, { name: undefined, bytes: checkedValue(value), place });
  }

  #insert(container: JsonNode, insertion: Insertion): void {
    this.#plan = undefined;
    const list = this.#inserted.get(container);
    if (list === undefined) this.#inserted.set(container, [insertion]);
    else list.push(insertion);
  }

  /** Whether `node` itself would be gone, by its own removal, that of a container around it, or as an emptied shell. */
  isRemoved(node: JsonNode): boolean {
    const { removed } = this.#planned();
    for (let at = node; at !== NONE; at = this.document.parent(at)) if (removed.has(at)) return true;
    return false;
  }

  /** The edited bytes of the whole document, or of one value in it. Asking for a value that the edits remove or replace from above is a bug. */
  apply(from: JsonNode = this.document.root): Uint8Array {
    const { splices, removed } = this.#planned();
    for (let at = from; at !== NONE; at = this.document.parent(at)) {
      if (removed.has(at) || (at !== from && this.#replaced.has(at))) throw new Error('the value is gone');
    }
    const bytes = this.document.bytes;
    const start = from === this.document.root ? 0 : this.document.start(from);
    const end = from === this.document.root ? bytes.length : this.document.end(from);
    const pieces: Uint8Array[] = [];
    let at = start;
    let covering: Splice | undefined;
    for (let index = firstFrom(splices, start); index < splices.length; index++) {
      const splice = splices[index]!;
      if (splice.start >= end) break;
      // An insertion exactly where the value starts belongs to the array around it.
      if (splice.start === start && splice.end === start && from !== this.document.root) continue;
      if (splice.start < at) {
        // Inside something already cut: fine in a removal, but a replacement was made without knowing of this edit.
        if (covering?.replacement === true) throw new Error('an edit inside a replaced value');
        continue;
      }
      pieces.push(bytes.subarray(at, splice.start), ...splice.bytes);
      at = splice.end;
      covering = splice;
    }
    pieces.push(bytes.subarray(at, end));
    return joined(pieces);
  }

  #planned(): EditPlan {
    this.#plan ??= planSplices(this.document, this.#removed, this.#replaced, this.#inserted);
    return this.#plan;
  }
}

function firstFrom(splices: readonly Splice[], start: number): number {
  let low = 0;
  let high = splices.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (splices[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** INVARIANT: what is spliced in is one JSON value, so that the result parses. Throws (a bug) when it is not. */
function checkedValue(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  try {
    scan(bytes);
  } catch (cause) {
    throw new Error('the replacement is not JSON', { cause });
  }
  return bytes;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

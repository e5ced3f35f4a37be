/**
 * A document being patched: immutable parts, each either untouched (a value of a scanned document) or opened (its children, with every byte
 * of white space between them), so that a patch costs what it touches, `copy` costs nothing, and writing it out gives the same bytes again.
 */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { memberFinder } from './member-finder.ts';
import { name } from './name.ts';
import { arrayIndex } from './pointer.ts';
import { sameValue } from './same-value.ts';

export interface Untouched {
  readonly kind: 'untouched';
  readonly document: JsonDocument;
  readonly node: JsonNode;
  /** Bytes when written. */
  readonly size: number;
}

export interface Opened {
  readonly kind: 'object' | 'array';
  readonly children: readonly Child[];
  readonly size: number;
}

export type Part = Untouched | Opened;

export interface Child {
  /** From the last comma (or the opening bracket) to the value: white space, name, colon. */
  readonly lead: Uint8Array;
  /** '' for items. */
  readonly name: string;
  readonly value: Part;
  /** White space between the value and the next comma (or the closing bracket). */
  readonly trail: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

export function untouched(document: JsonDocument, node: JsonNode): Untouched {
  return { kind: 'untouched', document, node, size: document.end(node) - document.start(node) };
}

/** The children of a container; undefined for any other value. */
export function open(part: Part): Opened | undefined {
  if (part.kind !== 'untouched') return part;
  const { document, node } = part;
  if (!document.isObject(node) && !document.isArray(node)) return undefined;
  const children: Child[] = [];
  let from = document.start(node) + 1;
  for (let child = document.first(node); child !== NONE; child = document.next(child)) {
    const next = document.next(child);
    const end = document.end(child);
    const comma = next === NONE ? document.end(node) - 1 : commaAfter(document.bytes, end);
    children.push({
      lead: document.bytes.subarray(from, document.start(child)),
      name: document.key(child),
      value: untouched(document, child),
      trail: document.bytes.subarray(end, comma),
    });
    from = comma + 1;
  }
  return opened(document.isObject(node) ? 'object' : 'array', children);
}

function commaAfter(bytes: Uint8Array, end: number): number {
  let at = end;
  while (bytes[at] !== 0x2c) at++;
  return at;
}

export function opened(kind: Opened['kind'], children: readonly Child[]): Opened {
  let size = 1 + Math.max(1, children.length);
  for (const { lead, value, trail } of children) size += lead.length + value.size + trail.length;
  return { kind, children, size };
}

/** A new member, or a new item when `text` is undefined. Undefined when the name would need an escape. */
export function newChild(text: string | undefined, value: Part): Child | undefined {
  if (text === undefined) return { lead: NOTHING, name: '', value, trail: NOTHING };
  const quoted = JSON.stringify(text);
  if (quoted.includes('\\') || !text.isWellFormed()) return undefined;
  return { lead: encoder.encode(`${quoted}:`), name: text, value, trail: NOTHING };
}

/** Index of the child that a pointer's token names, or -1. */
export function childIndex(container: Opened, token: string): number {
  if (container.kind === 'array') return arrayIndex(token, container.children.length) ?? -1;
  return container.children.findIndex((child) => child.name === token);
}

/** The child that a pointer's token names. */
export function childOf(part: Part, token: string): Part | undefined {
  if (part.kind !== 'untouched') return part.children[childIndex(part, token)]?.value;
  const { document, node } = part;
  const isArray = document.isArray(node);
  const found = isArray ? document.at(node, arrayIndex(token, document.size(node)) ?? -1) : document.member(node, name(token));
  return found === NONE ? undefined : untouched(document, found);
}

/** RFC 6902 §4.6 against a value of the patch. */
export function samePart(part: Part, document: JsonDocument, node: JsonNode): boolean {
  if (part.kind === 'untouched') return sameValue(part.document, part.node, document, node);
  if (document.kind(node) !== part.kind || document.size(node) !== part.children.length) return false;
  const twinOf = part.kind === 'object' ? memberFinder(document, node) : undefined;
  let item = document.first(node);
  for (const child of part.children) {
    const twin = twinOf === undefined ? item : twinOf(child.name);
    if (twin === NONE || !samePart(child.value, document, twin)) return false;
    item = document.next(item);
  }
  return true;
}

/** Write `part` into `target` from `at`; returns the offset after it. */
export function writePart(part: Part, target: Uint8Array, at: number): number {
  if (part.kind === 'untouched') {
    target.set(part.document.slice(part.node), at);
    return at + part.size;
  }
  let next = at;
  target[next++] = part.kind === 'object' ? 0x7b : 0x5b;
  part.children.forEach((child, index) => {
    if (index > 0) target[next++] = 0x2c;
    target.set(child.lead, next);
    next = writePart(child.value, target, next + child.lead.length);
    target.set(child.trail, next);
    next += child.trail.length;
  });
  target[next++] = part.kind === 'object' ? 0x7d : 0x5d;
  return next;
}

/**
 * Carries references from one base to the other: what points below the upstream's base points below ours when it leaves, and the other way
 * round when it comes in (I12). Only a string that as a whole begins with the base is changed, never text that mentions it in passing.
 */
import type { JsonEdit } from '../json/edit.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import { containsText, type Needle, needle } from './contains-text.ts';

const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const LOWER_U = 0x75;

export interface Rebase {
  readonly from: Needle;
  readonly fromText: string;
  readonly to: string;
}

let last: Rebase | undefined;

/** The one made last is kept: a gateway has one pair of bases, or few. */
export function rebase(from: string, to: string): Rebase {
  if (last === undefined || last.fromText !== from || last.to !== to)
    last = Object.freeze({ from: needle(from), fromText: from, to });
  return last;
}

/** Notes in `edit` what must change inside `node`; nothing, and quickly, when the base does not occur. */
export function noteRebase(edit: JsonEdit, node: JsonNode, { from, fromText, to }: Rebase): void {
  const { document } = edit;
  const end = document.end(node);
  const hidden = document.hasEscapes && mayHideText(document.bytes, document.start(node), end);
  if (!hidden && !containsText(document.bytes, document.start(node), end, from)) return;
  for (let at = node; at < document.count && document.start(at) < end; at++) {
    if (!document.isString(at) || !(hidden || startsWith(document, at, from.bytes))) continue;
    const text = document.string(at)!;
    if (isBelow(text, fromText)) edit.replace(at, JSON.stringify(to + text.slice(fromText.length)));
  }
}

/** `\/` and `\u002f` write a base in such a way that its bytes are not there. Other escapes cannot. */
function mayHideText(bytes: Uint8Array, start: number, end: number): boolean {
  const view = bytes.subarray(start, end);
  for (let at = view.indexOf(BACKSLASH); at >= 0; at = view.indexOf(BACKSLASH, at + 2)) {
    if (view[at + 1] === SLASH || view[at + 1] === LOWER_U) return true;
  }
  return false;
}

function startsWith(document: JsonDocument, node: JsonNode, bytes: Uint8Array): boolean {
  const from = document.start(node) + 1;
  if (document.end(node) - from < bytes.length) return false;
  for (let at = 0; at < bytes.length; at++) if (document.bytes[from + at] !== bytes[at]) return false;
  return true;
}

/** `http://host/fhir2/…` is not below `http://host/fhir`. */
function isBelow(text: string, base: string): boolean {
  if (!text.startsWith(base)) return false;
  const after = text.slice(base.length, base.length + 1);
  return after === '' || after === '/' || after === '?' || after === '#';
}

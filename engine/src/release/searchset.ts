/**
 * bundle.html#searchset, built anew around the judged resources: nothing of the upstream's Bundle is in it, neither its total nor its links,
 * scores or outcome entries. One output buffer; resources are copied, never parsed again.
 */
import { text } from '../json/write.ts';

export interface SearchsetParts {
  /** Absolute URLs. */
  readonly self: string;
  readonly next: string | undefined;
  /** Number of visible matches; undefined = not told. */
  readonly total: number | undefined;
  readonly entries: readonly { readonly fullUrl: string; readonly resource: Uint8Array }[];
}

const encoder = new TextEncoder();
const BEFORE_URL = encoder.encode('{"fullUrl":');
const BEFORE_RESOURCE = encoder.encode(',"resource":');
const AFTER_RESOURCE = encoder.encode(',"search":{"mode":"match"}}');
const COMMA = encoder.encode(',');

export function searchset({ self, next, total, entries }: SearchsetParts): Uint8Array {
  const link = [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])];
  const head = text({ resourceType: 'Bundle', type: 'searchset', ...(total === undefined ? {} : { total }), link });
  if (entries.length === 0) return encoder.encode(head);

  const pieces: Uint8Array[] = [encoder.encode(`${head.slice(0, -1)},"entry":[`)];
  for (const [index, { fullUrl, resource }] of entries.entries()) {
    if (index > 0) pieces.push(COMMA);
    pieces.push(BEFORE_URL, encoder.encode(text(fullUrl)), BEFORE_RESOURCE, resource, AFTER_RESOURCE);
  }
  pieces.push(encoder.encode(']}'));
  return joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * bundle.html#searchset, built anew around the judged resources: nothing of the upstream's Bundle is in it, neither its total nor its links,
 * scores or outcome entries. Written once into one buffer; resources are copied, never parsed again.
 */
import type { Coding } from '../caller.ts';
import { text } from '../json/write.ts';

export interface SearchsetParts {
  /** Absolute URLs. */
  readonly self: string;
  readonly next: string | undefined;
  /** Number of visible matches; undefined = not told. */
  readonly total: number | undefined;
  /** Our base, without a slash at its end. */
  readonly base: string;
  readonly entries: readonly { readonly type: string; readonly id: string; readonly resource: Uint8Array }[];
  /** How many of the entries are matches; the rest is included. */
  readonly matches: number;
  /** Security labels of the Bundle; undefined = none. */
  readonly security?: readonly Coding[] | undefined;
  /** A whole entry, as bytes: what the server says about the search itself. */
  readonly outcome?: Uint8Array | undefined;
}

const encoder = new TextEncoder();
const AFTER_ID = encoder.encode('","resource":');
const AFTER_MATCH = encoder.encode(',"search":{"mode":"match"}}');
const AFTER_INCLUDED = encoder.encode(',"search":{"mode":"include"}}');
const COMMA = 0x2c;

export function searchset({ self, next, total, base, entries, matches, security, outcome }: SearchsetParts): Uint8Array {
  const link = [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])];
  const head = text({
    resourceType: 'Bundle',
    ...(security === undefined ? {} : { meta: { security: security.map(({ system, code }) => ({ system, code })) } }),
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link,
  });
  if (entries.length === 0 && outcome === undefined) return encoder.encode(head);

  const before = encoder.encode(`${head.slice(0, -1)},"entry":[`);
  const places = new Map<string, Uint8Array>();
  let length = before.length + 1 + (outcome === undefined ? 0 : outcome.length + 1);
  for (const { type, id, resource } of entries) {
    const place = places.get(type) ?? encoder.encode(`{"fullUrl":${text(`${base}/${type}/`).slice(0, -1)}`);
    places.set(type, place);
    length += place.length + id.length + AFTER_ID.length + resource.length + AFTER_INCLUDED.length + 1;
  }
  // Sized for the longer of the two ends; what is left over is cut off.
  const whole = new Uint8Array(length);
  whole.set(before);
  let at = before.length;
  for (const [index, { type, id, resource }] of entries.entries()) {
    at = put(whole, at, places.get(type)!);
    // An id is ASCII (datatypes.html#id).
    for (let letter = 0; letter < id.length; letter++) whole[at++] = id.charCodeAt(letter);
    at = put(whole, at, AFTER_ID);
    at = put(whole, at, resource);
    at = put(whole, at, index < matches ? AFTER_MATCH : AFTER_INCLUDED);
    whole[at++] = COMMA;
  }
  if (outcome !== undefined) {
    at = put(whole, at, outcome);
    whole[at++] = COMMA;
  }
  // The comma after the last entry makes room for the end.
  whole.set(encoder.encode(']}'), at - 1);
  return whole.subarray(0, at + 1);
}

function put(whole: Uint8Array, at: number, bytes: Uint8Array): number {
  whole.set(bytes, at);
  return at + bytes.length;
}

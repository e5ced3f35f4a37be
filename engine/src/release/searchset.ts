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
const AFTER_MATCH = encoder.encode(',"search":{"mode":"match"}},');
const AFTER_INCLUDED = encoder.encode(',"search":{"mode":"include"}},');
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
    let place = places.get(type);
    if (place === undefined) {
      place = encoder.encode(`{"fullUrl":${text(`${base}/${type}/`).slice(0, -1)}`);
      places.set(type, place);
    }
    length += place.length + id.length + AFTER_ID.length + resource.length + AFTER_INCLUDED.length;
  }
  // Sized for the longer of the two ends; what is left over is cut off.
  const whole = new Uint8Array(length);
  whole.set(before);
  let at = before.length;
  for (let index = 0; index < entries.length; index++) {
    const { type, id, resource } = entries[index]!;
    at = put(whole, at, places.get(type)!);
    // An id is ASCII (datatypes.html#id).
    for (let letter = 0; letter < id.length; letter++) whole[at++] = id.charCodeAt(letter);
    at = put(whole, at, AFTER_ID);
    whole.set(resource, at);
    at += resource.length;
    at = put(whole, at, index < matches ? AFTER_MATCH : AFTER_INCLUDED);
  }
  if (outcome !== undefined) {
    whole.set(outcome, at);
    at += outcome.length;
    whole[at++] = COMMA;
  }
  // The comma after the last entry makes room for the end.
  whole.set(encoder.encode(']}'), at - 1);
  return whole.subarray(0, at + 1);
}

/** Of a few dozen bytes: a loop is quicker than the call that copies them. */
function put(whole: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let from = 0; from < bytes.length; from++) whole[at + from] = bytes[from]!;
  return at + bytes.length;
}

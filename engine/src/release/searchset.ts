/**
 * bundle.html#searchset, built anew around the judged resources: nothing of the upstream's Bundle is in it, neither its total nor its links,
 * scores or outcome entries. Written once into one buffer; resources are copied, never parsed again.
 */
import { text } from '../json/write.ts';

export interface SearchsetParts {
  /** Absolute URLs. */
  readonly self: string;
  readonly next: string | undefined;
  /** Number of visible matches; undefined = not told. */
  readonly total: number | undefined;
  /** URL below which all entries lie, with a slash at its end. */
  readonly place: string;
  readonly entries: readonly { readonly id: string; readonly resource: Uint8Array }[];
}

const encoder = new TextEncoder();
const AFTER_ID = encoder.encode('","resource":');
const AFTER_RESOURCE = encoder.encode(',"search":{"mode":"match"}}');
const COMMA = 0x2c;

export function searchset({ self, next, total, place, entries }: SearchsetParts): Uint8Array {
  const link = [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])];
  const head = text({ resourceType: 'Bundle', type: 'searchset', ...(total === undefined ? {} : { total }), link });
  if (entries.length === 0) return encoder.encode(head);

  const before = encoder.encode(`${head.slice(0, -1)},"entry":[`);
  const beforeId = encoder.encode(`{"fullUrl":${text(place).slice(0, -1)}`);
  const around = beforeId.length + AFTER_ID.length + AFTER_RESOURCE.length + 1;
  const length = entries.reduce((sum, { id, resource }) => sum + around + id.length + resource.length, before.length + 1);

  const whole = new Uint8Array(length);
  whole.set(before);
  let at = before.length;
  for (const { id, resource } of entries) {
    at = put(whole, at, beforeId);
    // An id is ASCII (datatypes.html#id).
    for (let index = 0; index < id.length; index++) whole[at++] = id.charCodeAt(index);
    at = put(whole, at, AFTER_ID);
    at = put(whole, at, resource);
    at = put(whole, at, AFTER_RESOURCE);
    whole[at++] = COMMA;
  }
  // The comma after the last entry makes room for the end.
  whole.set(encoder.encode(']}'), at - 1);
  return whole;
}

function put(whole: Uint8Array, at: number, bytes: Uint8Array): number {
  whole.set(bytes, at);
  return at + bytes.length;
}

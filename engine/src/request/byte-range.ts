/** RFC 9110 §14.2: the part of a Binary's content that is asked for. One range; several, other units and what cannot be read are as if not asked for. */
import type { ByteRange, HttpRequest } from './request.ts';

/** Entity tags here are weak, so none can hold for `If-Range` (§13.1.5): then the whole is sent. Only GET has ranges. */
export function byteRange({ method, headers }: HttpRequest): ByteRange | undefined {
  const lines = headers.get('range') ?? [];
  if (method !== 'GET' || lines.length !== 1 || headers.has('if-range')) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(lines[0]!.trim()) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return Object.freeze({ first: undefined, last: Number(last) });
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return Object.freeze({ first: Number(first), last: last === '' ? undefined : Number(last) });
}

/** Undefined: nothing of `length` bytes is in the range (416). `end` is behind the last byte. */
export function within(
  { first, last }: ByteRange,
  length: number,
): { readonly start: number; readonly end: number } | undefined {
  const start = first ?? Math.max(length - last!, 0);
  const end = first === undefined ? length : Math.min((last ?? length) + 1, length);
  return start < end ? { start, end } : undefined;
}

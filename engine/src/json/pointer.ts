/** RFC 6901: JSON Pointer. */

/** The reference tokens of a pointer, unescaped; empty for the whole document. Undefined when it is no pointer. */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** RFC 6901 §4: an array index below `length`; undefined for anything else, `-` and leading zeros included. */
export function arrayIndex(token: string, length: number): number | undefined {
  if (!/^(0|[1-9][0-9]{0,9})$/.test(token)) return undefined;
  const index = Number(token);
  return index < length ? index : undefined;
}

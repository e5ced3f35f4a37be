/**
 * Logical ids (FHIR R4 datatypes.html#id): 1 to 64 letters, digits, hyphens and dots. INVARIANT: `.` and `..` are refused although the
 * grammar allows them, since an id becomes a path segment of the upstream's URL.
 */
export function isId(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 64) return false;
  for (let at = 0; at < length; at++) if (!allowed[text.charCodeAt(at)]) return false;
  return text !== '.' && text !== '..';
}

/** By code point; a loop over it costs a fraction of a regular expression, and every resource and reference is asked. */
const allowed: readonly boolean[] = Object.freeze(
  Array.from({ length: 128 }, (_, code) => /[A-Za-z0-9\-.]/.test(String.fromCharCode(code))),
);

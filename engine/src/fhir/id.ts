const grammar = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * Logical ids (FHIR R4 datatypes.html#id): 1 to 64 letters, digits, hyphens and dots. INVARIANT: `.` and `..` are refused although the
 * grammar allows them, since an id becomes a path segment of the upstream's URL.
 */
export function isId(text: string): boolean {
  return grammar.test(text) && text !== '.' && text !== '..';
}

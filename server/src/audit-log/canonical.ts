/**
 * The one text of a record: JSON with sorted names and no spaces, so that the same record always gives the same bytes to hash, also when it comes
 * back from the database. What PostgreSQL could not hold (NUL, half a surrogate pair) is replaced when the record is made.
 */

/** Numbers must be finite, values plain JSON; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  let text = '';
  if (Array.isArray(value)) {
    // Long lists are ids, and what needs no sorting is written quicker by the engine that runs us.
    if (value.length > 4 && value.every((item) => typeof item === 'string')) return JSON.stringify(value);
    for (const item of value) text += text === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    if (text !== '') text += ',';
    text += `${quoted(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

// Printable ASCII but quote and backslash: what JSON.stringify would only put quotes around.
const plain = /^[ !#-[\]-~]*$/;
const quoted = (value: string): string => (plain.test(value) ? `"${value}"` : JSON.stringify(value));

// As JSON.stringify writes them: \u0000, and \ud800 to \udfff for halves only.
const unstorable = /\\u0000|\\ud[89a-f]/i;

/** The record as it can be stored everywhere, and its text. Strings are other people's input: none may be refused, or the act would go unrecorded. */
export function storable<T extends object>(record: T): { readonly record: T; readonly text: string } {
  const text = canonicalJson(record);
  // Hardly any record holds an escape of this kind, which is quicker to find than which one it is.
  if (!text.includes('\\u') || !unstorable.test(text)) return { record, text };
  const cleaned = clean(record) as T;
  return { record: cleaned, text: canonicalJson(cleaned) };
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\uFFFD');
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [clean(name), clean(member)]));
}

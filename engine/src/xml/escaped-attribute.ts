/** XML 1.0 §2.2 and §3.3.3: text as the value of an attribute, white space kept. */

const special: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold
const unsayable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Undefined: it holds a character that XML has no way to say. */
export function escapedAttribute(text: string): string | undefined {
  if (unsayable.test(text) || !text.isWellFormed()) return undefined;
  return text.replace(/[&<>"\t\n\r]/g, (character) => special[character]!);
}

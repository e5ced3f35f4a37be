/**
 * FHIR R4 narrative.html: a narrative travels in JSON as text, and in XML as part of the document, so it must be well-formed by itself before it may stand
 * there: one `div`, tags that match, quoted attributes, known entities; no comment, CDATA, declaration or instruction.
 */

const tag = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const characters = /[^<&]+/y;
const entity = /&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});/y;
const entities = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold
const unsayable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const XHTML = ' xmlns="http://www.w3.org/1999/xhtml"';
const DEEPEST = 200;

/** The same text, with the no-break space by number and the namespace where it was missing. Undefined: not well-formed. */
export function wellFormedDiv(given: string): string | undefined {
  const text = given.trim().replaceAll('&nbsp;', '&#160;');
  if (unsayable.test(text) || !text.isWellFormed()) return undefined;
  const open: string[] = [];
  let at = 0;
  while (at < text.length) {
    const end = matchAt(tag, text, at);
    if (end !== undefined) {
      const [, closes, element = '', attributes = '', alone] = end;
      if (entities.test(attributes) || repeats(attributes)) return undefined;
      if (at === 0 && (element !== 'div' || closes === '/' || alone === '/')) return undefined;
      if (closes === '/') {
        if (attributes !== '' || alone === '/' || open.pop() !== element) return undefined;
      } else if (alone !== '/') open.push(element);
      if (open.length > DEEPEST) return undefined;
      at += end[0].length;
      if (open.length === 0 && at < text.length) return undefined;
      continue;
    }
    const piece = at === 0 ? undefined : (matchAt(characters, text, at) ?? matchAt(entity, text, at));
    if (piece === undefined || piece[0].includes(']]>')) return undefined;
    at += piece[0].length;
  }
  if (open.length > 0 || at === 0) return undefined;
  const head = text.slice(0, text.indexOf('>'));
  if (/\sxmlns\s*=/.test(head)) return head.includes(XHTML) ? text : undefined;
  return `<div${XHTML}${text.slice('<div'.length)}`;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** An attribute twice is not well-formed; a prefix that nobody declared is not either, but for `xml`. */
function repeats(attributes: string): boolean {
  const names = [...attributes.matchAll(/([A-Za-z_][\w:.-]*)\s*=\s*(?:"[^"]*"|'[^']*')/g)].map(([, one]) => one!);
  return new Set(names).size < names.length || names.some((one) => one.includes(':') && !one.startsWith('xml:'));
}

/**
 * draft-johnston-http-category-header-02, and FHIR's use of it for security labels. The term is a whole URI, which the draft's grammar has no room for; both are read.
 * INVARIANT: what names a label that somebody here acts on and is malformed is no silence.
 */
import { Problem } from '@fireguard/engine';

const SCHEME = 'http://hl7.org/fhir/tag/security';
const LONGEST = 1024;
const MOST = 16;

/**
 * Terms of security labels among the categories that hold `mark`; others are not looked at. `lines`: every `Category` line. Throws Problem request-not-understood for a
 * malformed one that holds it, and for too many.
 */
export function securityTerms(lines: readonly string[], mark: string): readonly string[] {
  const values = lines.flatMap(splitOutsideQuotes(','));
  if (values.length > MOST) throw malformed();
  const terms: string[] = [];
  for (const value of values) {
    const [term = '', ...parameters] = splitOutsideQuotes(';')(value);
    if (!value.includes(mark)) continue;
    if (value.length > LONGEST || !/^[\x21-\x7e]+$/.test(term) || !isBalanced(value)) throw malformed();
    if (schemeOf(parameters) === SCHEME) terms.push(term);
  }
  return terms;
}

export function malformed(): Problem {
  return new Problem('request-not-understood', 'The Category header is not right.');
}

/** The first of several counts; names in any case; quoted or, where it has no separator, bare. */
function schemeOf(parameters: readonly string[]): string | undefined {
  for (const parameter of parameters) {
    const at = parameter.indexOf('=');
    if (at < 0 || parameter.slice(0, at).trim().toLowerCase() !== 'scheme') continue;
    const value = parameter.slice(at + 1).trim();
    if (!value.startsWith('"')) return value;
    if (value.length < 2 || !value.endsWith('"')) throw malformed();
    return value.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }
  return undefined;
}

/** Trimmed, empty ones left out. */
function splitOutsideQuotes(separator: ',' | ';'): (text: string) => readonly string[] {
  return (text) => {
    const parts: string[] = [];
    let quoted = false;
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (quoted && text[at] === '\\') at++;
      else if (text[at] === '"') quoted = !quoted;
      else if (!quoted && text[at] === separator) {
        parts.push(text.slice(from, at));
        from = at + 1;
      }
    }
    parts.push(text.slice(from));
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  };
}

function isBalanced(text: string): boolean {
  return text.replaceAll(/\\./g, '').split('"').length % 2 === 1;
}

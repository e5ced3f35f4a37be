/** Escapes in search values (FHIR R4 search.html#escaping): `\,` `\|` `\$` `\\` and no other. */
import { Problem } from '../problem.ts';

/** Cut at every `separator` that is not escaped; escapes stay. */
export function splitUnescaped(text: string, separator: ',' | '|' | '$'): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === separator) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** Throws Problem `parameter-invalid` for an escape that FHIR does not know. */
export function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    let character = text.charAt(at);
    if (character === '\\') {
      character = text.charAt(++at);
      if (character === '' || !'\\,|$'.includes(character)) {
        throw new Problem('parameter-invalid', 'A search value holds an unknown escape.');
      }
    }
    result += character;
  }
  return result;
}

/** The inverse for one value: its first `separators` bars stay as they are. */
export function escapeValue(text: string, separators: number): string {
  let bars = 0;
  return text.replace(/[\\,|]/g, (character) => (character === '|' && bars++ < separators ? character : `\\${character}`));
}

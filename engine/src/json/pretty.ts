/**
 * The same document, laid out for people (`_pretty`; FHIR http.html#parameters): only white space between the tokens changes, so every name, text and number
 * keeps its bytes.
 */
import { type JsonDocument, type JsonNode, NONE, scan } from './scan.ts';

export function pretty(json: Uint8Array): Uint8Array {
  const document = scan(json);
  const pieces: string[] = [];
  write(document, document.root, '\n', pieces);
  pieces.push('\n');
  return new TextEncoder().encode(pieces.join(''));
}

/** `line`: a line break, and the indent of whatever `node` stands in. */
function write(document: JsonDocument, node: JsonNode, line: string, pieces: string[]): void {
  const isObject = document.isObject(node);
  if ((!isObject && !document.isArray(node)) || document.first(node) === NONE) {
    pieces.push(isObject ? '{}' : document.isArray(node) ? '[]' : document.raw(node));
    return;
  }
  const inner = `${line}  `;
  pieces.push(isObject ? '{' : '[');
  for (let child = document.first(node); child !== NONE; child = document.next(child)) {
    pieces.push(child === document.first(node) ? inner : `,${inner}`);
    // Names have no escapes: the scanner refuses them.
    if (isObject) pieces.push(`"${document.key(child)}": `);
    write(document, child, inner, pieces);
  }
  pieces.push(line, isObject ? '}' : ']');
}

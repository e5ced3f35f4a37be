/** FHIR R4 search.html#token: does an element match `system|code`, `|code`, `code` or `system|`? Stricter where the type leaves doubt. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

const CODE = name('code');
const CODING = name('coding');
const SYSTEM = name('system');
const VALUE = name('value');

/** One alternative of a token value. Undefined part = not asked for; `system: ''` = there must be none. */
export interface Token {
  readonly system: string | undefined;
  readonly code: string | undefined;
}

/** The alternatives of a value as written in a scope: commas and bars count unless a backslash escapes them. */
export function parseTokens(value: string): readonly Token[] {
  return split(value, ',').map((alternative) => {
    const parts = split(alternative, '|').map((part) => part.replace(/\\(.)/g, '$1'));
    if (parts.length === 1) return { system: undefined, code: parts[0] };
    // More than one bar is no token; a code that nothing carries matches nothing.
    if (parts.length > 2) return { system: '', code: '' };
    return { system: parts[0], code: parts[1] === '' ? undefined : parts[1] };
  });
}

function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\') part += character + (text[++at] ?? '');
    else if (character === separator) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}

/** `node` is an element that a token parameter reads: a code, boolean, Coding, CodeableConcept, Identifier or ContactPoint. */
export function matchesToken(document: JsonDocument, node: JsonNode, tokens: readonly Token[]): boolean {
  switch (document.kind(node)) {
    case 'string':
    case 'true':
    case 'false':
      // The system of a bare code is in its binding, which the document does not hold: only a code without system can be compared.
      return matchesPair(undefined, document.string(node) ?? document.raw(node), tokens, true);
    case 'object':
      return matchesObject(document, node, tokens);
    case 'array':
    case 'number':
    case 'null':
      return false;
  }
}

function matchesObject(document: JsonDocument, node: JsonNode, tokens: readonly Token[]): boolean {
  const codings = document.member(node, CODING);
  if (codings !== NONE) {
    for (let coding = document.first(codings); coding !== NONE; coding = document.next(coding)) {
      if (matchesObject(document, coding, tokens)) return true;
    }
    return false;
  }
  const code = document.string(document.member(node, CODE)) ?? document.string(document.member(node, VALUE));
  return matchesPair(document.string(document.member(node, SYSTEM)), code, tokens, false);
}

function matchesPair(system: string | undefined, code: string | undefined, tokens: readonly Token[], bare: boolean): boolean {
  for (const token of tokens) {
    if (token.code !== undefined && token.code !== code) continue;
    if (token.system === undefined) {
      if (token.code !== undefined) return true;
    } else if (!bare && token.system === (system ?? '') && code !== undefined) return true;
  }
  return false;
}

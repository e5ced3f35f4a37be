/** Literal references (FHIR R4 references.html#literal): which resource of this server a text points to. */
import type { ResourceKey } from '../request/request.ts';
import { isId } from './id.ts';

const SLASH = 0x2f;

/**
 * The resource that `text` names: `Type/id`, `Type/id/_history/version`, or one of these below one of our own `bases` (absolute, no final
 * slash). Anything else is nobody we know: other servers, `urn:`, `#contained`, conditional references. The type is not looked up here.
 */
export function referenceKey(text: string, bases: readonly string[]): ResourceKey | undefined {
  const from = afterBase(text, bases);
  const slash = text.indexOf('/', from);
  if (slash === -1 || !isTypeName(text, from, slash)) return undefined;
  let end = text.indexOf('/', slash + 1);
  if (end === -1) end = text.length;
  else if (!text.startsWith('/_history/', end) || !isId(text.slice(end + '/_history/'.length))) return undefined;
  const id = text.slice(slash + 1, end);
  return isId(id) ? { type: text.slice(from, slash), id } : undefined;
}

function afterBase(text: string, bases: readonly string[]): number {
  for (const base of bases) {
    if (text.charCodeAt(base.length) === SLASH && text.startsWith(base)) return base.length + 1;
  }
  return 0;
}

/** Letters, the first of them capital, at most 64. */
function isTypeName(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from);
  if (to === from || to - from > 64 || first < 0x41 || first > 0x5a) return false;
  for (let at = from + 1; at < to; at++) {
    const letter = text.charCodeAt(at) | 0x20;
    if (letter < 0x61 || letter > 0x7a) return false;
  }
  return true;
}

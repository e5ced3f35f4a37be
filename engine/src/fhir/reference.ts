/** Literal references (FHIR R4 references.html#literal): which resource of this server a text points to. */
import type { ResourceKey } from '../request/request.ts';
import { isId } from './id.ts';

/**
 * The resource that `text` names: `Type/id`, `Type/id/_history/version`, or one of these below one of our own `bases` (absolute, no final
 * slash). Anything else is nobody we know: other servers, `urn:`, `#contained`, conditional references. The type is not looked up here.
 */
export function referenceKey(text: string, bases: readonly string[]): ResourceKey | undefined {
  const relative = belowBase(text, bases);
  const [type = '', id = '', history, version, more] = relative.split('/', 5);
  if (more !== undefined || !/^[A-Z][A-Za-z]{0,63}$/.test(type) || !isId(id)) return undefined;
  if (history !== undefined && (history !== '_history' || version === undefined || !isId(version))) return undefined;
  return { type, id };
}

function belowBase(text: string, bases: readonly string[]): string {
  const base = bases.find((one) => text.length > one.length && text.startsWith(one) && text.charAt(one.length) === '/');
  return base === undefined ? text : text.slice(base.length + 1);
}

/** FHIR R4 search.html#reference: `Type/id`, an absolute URL, a canonical with or without its version, or an id of any type that may stand there. */
import type { SearchParameter } from '../fhir/tables.ts';
import { type LinkValue, localTarget } from './values-in.ts';

/** `type`: of `:[type]`. */
export function referenceTest(
  value: string,
  definition: SearchParameter,
  type: string | undefined,
  bases: readonly string[],
): (found: LinkValue) => boolean {
  const wanted = new Set(targets(localTarget(value, bases), definition, type));
  return ({ target }) => target !== undefined && (wanted.has(target) || wanted.has(target.split('|')[0]!));
}

function targets(local: string, definition: SearchParameter, type: string | undefined): readonly string[] {
  const typed = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}$/.exec(local)?.[1];
  if (typed !== undefined) return type === undefined || type === typed ? [local] : [];
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(local)) return [local];
  return [...(type === undefined ? definition.targets : [type]).map((one) => `${one}/${local}`), local];
}

// FHIR R4 search §3.1.1.4.12 (reference)
import { Refusal } from '../answer.ts';
import type { SearchParameter } from '../search/definitions.ts';
import type { Link } from '../search/extract.ts';

/** The forms in which a value may name its target: `Type/id`, an absolute URL, or a bare id of any type that the parameter allows. */
export function referenceTargets(
  value: string,
  parameter: SearchParameter,
  type: string | undefined,
  base: string,
): readonly string[] {
  const local = (value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value).replace(/\/_history\/[^/]+$/, '');
  if (value === '') throw new Refusal(400, 'value', `${parameter.code} needs a value`);
  const typed = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(local);
  if (typed !== null) return type === undefined || type === typed[1] ? [local] : [];
  if (/^[A-Za-z0-9.-]{1,64}$/.test(local))
    return [...(type === undefined ? parameter.targets.map((each) => `${each}/${local}`) : [`${type}/${local}`]), local];
  return [local];
}

export function matchReference(targets: readonly string[]): (candidate: Link) => boolean {
  const wanted = new Set(targets);
  return ({ target }) => target !== undefined && (wanted.has(target) || wanted.has(target.split('|')[0] ?? ''));
}

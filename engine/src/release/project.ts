/**
 * `_summary` and `_elements` (search.html#summary, #elements): shortens what was judged and masked before, never the other way round, since a
 * projection made upstream loses the labels that decide. Every shortened resource is tagged SUBSETTED, masked or not.
 */
import { type Projection, projectionOf } from '../fhir/projection.ts';
import type { FhirVersion } from '../fhir/version.ts';
import type { JsonEdit } from '../json/edit.ts';
import { type JsonNode, NONE } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import type { Representation } from '../request/request.ts';
import { noteSubsetted } from './meta-additions.ts';

/** How the resources of an answer are shortened. */
export type Shape = Pick<Representation, 'summary' | 'elements'> & { readonly version: FhirVersion };

type Keeps = (element: string) => boolean;

const always: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);

/** Notes in `edit` what goes. Nothing, when the shape is whole. */
export function noteProjection(edit: JsonEdit, resource: JsonNode, type: string, shape: Shape): void {
  const keeps = keptBy(type, shape);
  if (keeps === undefined) return;
  const { document } = edit;
  for (let member = document.first(resource); member !== NONE; member = document.next(member)) {
    const key = document.key(member);
    const element = key.startsWith('_') ? key.slice(1) : key;
    if (!always.has(element) && !keeps(element)) edit.remove(member);
  }
  noteSubsetted(edit, resource);
}

/** What a shape keeps of a type. Undefined: everything stays. */
export function keptBy(type: string, { summary, elements, version }: Shape): Keeps | undefined {
  if (elements !== undefined) {
    const { mandatory } = known(version, type);
    const wanted = new Set(elements);
    return (element) => wanted.has(element) || mandatory.has(element);
  }
  switch (summary) {
    case undefined:
    case 'false':
    case 'count':
      return undefined;
    case 'data':
      return (element) => element !== 'text';
    case 'text': {
      const { mandatory } = known(version, type);
      return (element) => element === 'text' || mandatory.has(element);
    }
    case 'true': {
      const kept = known(version, type).summary;
      return (element) => kept.has(element);
    }
  }
}

function known(version: FhirVersion, type: string): Projection {
  const projection = projectionOf(version, type);
  if (projection === undefined) throw new Problem('parameter-unknown', 'Resources cannot be shortened here.');
  return projection;
}

/**
 * Writes that policy closes whatever the data (search-semantics §9). A body that names an element which could be masked is refused even when
 * it repeats the stored value: to accept it if equal would be a guessing machine. By type, since a mask's condition may read masked content.
 */
import type { Permit } from '../decision/permit.ts';
import { elementNodes, elementPath } from '../fhir/element-path.ts';
import { type JsonDocument, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { isSubsetted } from '../release/meta-additions.ts';

/** What repeats masked content elsewhere in a resource: closed as soon as anything of its type could be masked. */
export const repeating: readonly string[] = ['text', 'contained'];

/** Throws unless the body names only what the caller sees of the type, and is whole. */
export function refuseClosedBody(permits: readonly (Permit | undefined)[], body: JsonDocument): void {
  const maskable = permits.flatMap((permit) => permit?.maskable ?? []);
  if (maskable.length > 0 && [...maskable, ...repeating].some((path) => names(body, path))) throw writeClosed();
  if (isSubsetted(body, body.root)) {
    throw new Problem('resource-invalid', 'The resource is tagged SUBSETTED: storing it would lose what was left out.');
  }
}

/** Also by the id and extensions of a primitive, in `_x`. */
function names(body: JsonDocument, path: string): boolean {
  const steps = path.split('.');
  const last = steps.pop()!;
  const parents = steps.length === 0 ? [body.root] : elementNodes(body, body.root, elementPath(steps.join('.')));
  return parents.some((parent) => [last, `_${last}`].some((member) => body.member(parent, name(member)) !== NONE));
}

export function writeClosed(): Problem {
  return new Problem('write-closed', 'The write touches something that is closed to you.');
}

/**
 * Writes that policy closes whatever the data (search-semantics §9). A body for a type with maskable elements is refused even when it repeats
 * the stored value: to accept it if equal would be a guessing machine.
 */
import type { Permit } from '../decision/permit.ts';
import type { JsonDocument } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { isSubsetted } from '../release/subsetted.ts';

/** Throws unless the caller may write whole resources of the type, and this one is whole. */
export function refuseClosedBody(permits: readonly (Permit | undefined)[], body: JsonDocument): void {
  if (permits.some((permit) => permit !== undefined && permit.maskable.length > 0)) throw writeClosed();
  if (isSubsetted(body, body.root)) {
    throw new Problem('resource-invalid', 'The resource is tagged SUBSETTED: storing it would lose what was left out.');
  }
}

export function writeClosed(): Problem {
  return new Problem('write-closed', 'The write touches something that is closed to you.');
}

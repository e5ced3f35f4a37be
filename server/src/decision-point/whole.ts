/**
 * Whether what a server would answer by itself is what the gateway would answer: nothing hidden, nothing masked, nothing rewritten. Doors that never
 * see the answer may say yes to this and to nothing else. INVARIANT: when it cannot be told, it is not.
 */
import { type Caller, decide, type FhirRequest, Permit } from '@fireguard/engine';
import type { Collaborators } from '../gateway/collaborators.ts';
import type { Reached } from './consider.ts';

/** A read, or a read of a version, that was released as it is stored, byte for byte. */
export function isWhole(reached: Reached): boolean {
  return isReleased(reached) && reached.stored !== undefined && Buffer.compare(reached.outcome.body, reached.stored) === 0;
}

/** Something was released, be it with elements masked. */
export function isReleased(reached: Reached): reached is Extract<Reached, { kind: 'outcome' }> {
  return reached.kind === 'outcome' && reached.outcome.kind === 'released' && reached.outcome.status === 200;
}

/** A write that we would send in the words in which it came. `body`: as the server was sent it. */
export function isVerbatim(reached: Reached, body: Uint8Array): boolean {
  if (reached.kind !== 'write') return false;
  const { write } = reached;
  if (write.method === 'DELETE') return body.length === 0;
  return write.body !== undefined && Buffer.compare(write.body, body) === 0;
}

/**
 * A search of which every match that the server finds may be seen by this caller, whatever the data: the type is open as a whole, and no criterion,
 * include or sort reaches into another.
 */
export function isOpenSearch(caller: Caller, asked: FhirRequest, use: Collaborators): boolean {
  if (asked.interaction !== 'search' || asked.level !== 'type' || asked.cursor !== undefined) return false;
  if (asked.includes.length > 0 || asked.special.size > 0) return false;
  if (asked.criteria.some(({ chain, has }) => chain !== undefined || has !== undefined)) return false;
  return asked.types.length === 1 && isOpenType(caller, asked.types[0]!, use);
}

export function isOpenType(caller: Caller, type: string, use: Collaborators): boolean {
  const permit = decide({
    caller,
    interaction: 'search',
    type,
    policies: use.policies(),
    tables: use.tables,
    bases: { ours: use.base, upstream: use.upstream.base },
    now: use.now(),
    protection: use.protection,
  });
  return Permit.isPermit(permit) && permit.sight === 'full' && permit.maskable.length === 0 && !permit.masksInside();
}

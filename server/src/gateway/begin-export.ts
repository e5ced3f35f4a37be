/** An export that was accepted is begun before its answer: the answer says where it is. */
import { type Caller, type FhirRequest, type Outcome, Problem, Released } from '@fireguard/engine';
import type { Collaborators } from './collaborators.ts';

/** Undefined: the request was no kick-off, or was refused. */
export async function beginExport(
  caller: Caller,
  asked: FhirRequest,
  outcome: Outcome,
  { exports }: Collaborators,
): Promise<string | undefined> {
  const accepted = asked.interaction === 'operation' && asked.name === 'export' && Released.isReleased(outcome);
  if (!accepted || outcome.status !== 202) return undefined;
  if (exports === undefined) throw new Problem('operation-not-supported', 'This operation is not served.');
  return exports.begin(caller, asked);
}

/**
 * What `understand` knows and this engine does not serve: refused with a text that says so, the same for everybody who is admitted to the
 * type. Nothing is ignored: a part of a request that was left out would widen its answer (I5).
 */
import { Problem, type ProblemCode } from '../problem.ts';
import { definitions } from '../request/definitions.ts';
import type { FhirRequest, SearchRequest } from '../request/request.ts';

const writes: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'conditional-update',
  'conditional-patch',
  'conditional-delete',
]);

/** Interactions that answer with resources as they are stored, which may be shortened. */
const shortened: ReadonlySet<string> = new Set([
  'search',
  'read',
  'vread',
  'history-instance',
  'history-type',
  'history-system',
]);

function isWrite(asked: FhirRequest): asked is FhirRequest & { readonly type: string } {
  return writes.has(asked.interaction);
}

/** Throws unless everything that the request asks for is served. */
export function refuseUnserved(asked: FhirRequest): void {
  const { representation } = asked;
  if (!shortened.has(asked.interaction)) {
    if (representation.elements !== undefined) refuse('parameter-unknown', '_elements is not served.');
    if (representation.summary !== undefined && representation.summary !== 'false')
      refuse('parameter-unknown', '_summary is not served.');
  }
  if (asked.interaction === 'search') refuseUnservedSearch(asked);
  if (isWrite(asked) && definitions.has(asked.type))
    refuse('interaction-not-supported', 'Resources of this type cannot be written here.');
}

function refuseUnservedSearch({ compartment, special }: SearchRequest): void {
  if (compartment !== undefined && compartment.type !== 'Patient') {
    refuse('interaction-not-supported', 'Only the compartments of patients are served.');
  }
  if ([...special.keys()].some((name) => name !== '_list' && name !== '_in'))
    refuse('parameter-unknown', '_contained is not served: what is contained is found, and decided, with what holds it.');
}

function refuse(code: ProblemCode, publicText: string): never {
  throw new Problem(code, publicText);
}

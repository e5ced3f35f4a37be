/**
 * http.html#cond-update, #patch, #3.1.0.7.1: a condition is resolved by our own search, and what follows is the literal interaction with what
 * it found (search-semantics §9). Nothing found: a create, or absent.
 */
import { isId } from '../fhir/id.ts';
import { type JsonDocument, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import type { ConditionalRequest, CreateRequest, DeleteRequest, PatchRequest, UpdateRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { deniedMissing, nothingThere } from './current.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Denied } from './outcome.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireIfMatch } from './require-if-match.ts';
import { admitCondition, resolveCondition } from './resolve-condition.ts';
import { withId } from './with-id.ts';

const ID = name('id');
const held = { 'conditional-update': 'update', 'conditional-patch': 'patch', 'conditional-delete': 'delete' } as const;

export type LiteralWrite = CreateRequest | UpdateRequest | PatchRequest | DeleteRequest;

/** The same write without its condition. */
export function* literalWrite(
  given: Given,
  book: FactBook,
  asked: ConditionalRequest,
): Generator<Need, LiteralWrite | Denied, Found> {
  const { type, criteria, resource, representation, conditions, original } = asked;
  const admissions = [admit(given, held[asked.interaction], type), admit(given, 'read', type), admitCondition(given, type)];
  for (const admitted of admissions) if (admitted.kind === 'denied') return admitted;
  refuseUnserved(asked);
  requireIfMatch(given);
  const found = yield* resolveCondition(given, book, type, criteria);
  if (asked.interaction === 'conditional-update') return updateOrCreate(asked, found?.id, resource!);
  if (found?.id === undefined) return deniedMissing(given, { kind: 'missing', as: 'not-found', ...nothingThere });
  const common = { type, id: found.id, representation, conditions, original };
  return asked.interaction === 'conditional-delete'
    ? { interaction: 'delete', ...common }
    : { interaction: 'patch', ...common, format: asked.format!, patch: resource! };
}

function updateOrCreate(
  { type, representation, conditions, original }: ConditionalRequest,
  found: string | undefined,
  resource: JsonDocument,
): LiteralWrite {
  const own = resource.member(resource.root, ID);
  const sent = resource.string(own);
  const common = { type, representation, conditions, original };
  const id = found ?? sent;
  if (id === undefined && own === NONE) {
    if (conditions.ifMatch !== undefined) throw new Problem('version-conflict', 'The resource has changed in the meantime.');
    return { interaction: 'create', ...common, resource, criteria: undefined };
  }
  if (id === undefined || !isId(id) || (own !== NONE && sent !== id)) {
    throw new Problem('parameter-invalid', 'The id of the resource is not that of the one which the condition means.');
  }
  return { interaction: 'update', ...common, id, resource: withId(resource, id) };
}

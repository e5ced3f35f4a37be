/**
 * http.html#cond-update, #patch, #3.1.0.7.1: a condition is resolved by our own search, and what follows is the literal interaction with what
 * it found (search-semantics §9). Nothing found: a create, or absent.
 */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, NONE, name, scan } from '../json/scan.ts';
import { text } from '../json/write.ts';
import { Problem } from '../problem.ts';
import type { ConditionalRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { prepareCreate } from './create.ts';
import { deniedMissing, nothingThere } from './current.ts';
import { prepareDelete } from './delete.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { preparePatch } from './patch.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireIfMatch } from './require-if-match.ts';
import { admitCondition, resolveCondition } from './resolve-condition.ts';
import { prepareUpdate } from './update.ts';

const ID = name('id');
const literal = { 'conditional-update': 'update', 'conditional-patch': 'patch', 'conditional-delete': 'delete' } as const;

export function* prepareConditional(
  given: Given,
  book: FactBook,
  asked: ConditionalRequest,
): Generator<Need, PreparedOrAnswered, Found> {
  const { type, criteria, resource } = asked;
  const interaction = literal[asked.interaction];
  for (const admitted of [admit(given, interaction, type), admit(given, 'read', type), admitCondition(given, type)])
    if (admitted.kind === 'denied') return admitted;
  refuseUnserved(asked);
  requireIfMatch(given);
  const found = yield* resolveCondition(given, book, type, criteria);
  const { representation, conditions, original } = asked;
  const common = { type, id: found?.id ?? '', representation, conditions, original };
  switch (asked.interaction) {
    case 'conditional-update':
      return yield* updateOrCreate(given, book, asked, found?.id, resource!);
    case 'conditional-patch':
      if (found === undefined) return absent(given);
      return yield* preparePatch(given, book, { interaction: 'patch', ...common, format: asked.format!, patch: resource! });
    case 'conditional-delete':
      if (found === undefined) return absent(given);
      return yield* prepareDelete(given, book, { interaction: 'delete', ...common });
  }
}

function* updateOrCreate(
  given: Given,
  book: FactBook,
  { type, representation, conditions, original }: ConditionalRequest,
  found: string | undefined,
  resource: JsonDocument,
): Generator<Need, PreparedOrAnswered, Found> {
  const own = resource.member(resource.root, ID);
  const sent = resource.string(own);
  const common = { type, representation, conditions, original };
  // An id that is no text is refused where the id is compared.
  const id = found ?? sent;
  if (id === undefined && own === NONE) {
    if (conditions.ifMatch !== undefined) throw new Problem('version-conflict', 'The resource has changed in the meantime.');
    return yield* prepareCreate(given, book, { interaction: 'create', ...common, resource, criteria: undefined });
  }
  if (id === undefined || (own !== NONE && sent !== id)) {
    throw new Problem('parameter-invalid', 'The id of the resource is not that of the one which the condition means.');
  }
  return yield* prepareUpdate(given, book, { interaction: 'update', ...common, id, resource: withId(resource, id) });
}

function withId(resource: JsonDocument, id: string): JsonDocument {
  if (resource.member(resource.root, ID) !== NONE) return resource;
  const edit = new JsonEdit(resource);
  edit.insertMember(resource.root, 'id', text(id));
  return scan(edit.apply());
}

function absent(given: Given): PreparedOrAnswered {
  return deniedMissing(given, { kind: 'missing', as: 'not-found', ...nothingThere });
}

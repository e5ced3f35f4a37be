/** One entry of a transaction with its condition resolved, before any reference is: so that links may point forwards (http.html#trules). */
import { decide } from '../decision/decide.ts';
import type { Released } from '../release/released.ts';
import type { FhirRequest, ReadRequest, VreadRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { type LiteralWrite, literalWrite } from './conditional.ts';
import type { FactBook } from './fact-book.ts';
import { found } from './found.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { newId } from './new-id.ts';
import type { Denied } from './outcome.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { admitCondition, resolveCondition } from './resolve-condition.ts';

export type ResolvedEntry = {
  readonly fullUrl: string | undefined;
  /** `Type/id` of what the entry is about, a name of ours for what is new. */
  readonly key: string;
} & (
  | { readonly kind: 'write'; readonly request: LiteralWrite }
  | { readonly kind: 'answered'; readonly answer: Released }
  | { readonly kind: 'read' }
);

export interface Entry {
  readonly fullUrl: string | undefined;
  readonly request: FhirRequest;
  readonly position: number;
}

export function* resolveEntry(
  given: Given,
  book: FactBook,
  { fullUrl, request, position }: Entry,
): Generator<Need, ResolvedEntry | Denied, Found> {
  const entry: Given = { ...given, asked: request };
  switch (request.interaction) {
    case 'read':
    case 'vread':
      return { kind: 'read', fullUrl, key: keyOf(request) };
    case 'create': {
      const { type, criteria, conditions } = request;
      if (criteria === undefined) return { kind: 'write', fullUrl, key: `${type}/${newId(position)}`, request };
      for (const admitted of [admit(entry, 'create', type), admitCondition(entry, type)])
        if (admitted.kind === 'denied') return admitted;
      refuseUnserved(request);
      const match = yield* resolveCondition(entry, book, type, criteria);
      if (match === undefined) {
        return { kind: 'write', fullUrl, key: `${type}/${newId(position)}`, request: { ...request, criteria: undefined } };
      }
      const read = decide({ ...entry, interaction: 'read', type });
      const answer = yield* found(entry, book, match, read.kind === 'permit' ? read : undefined, conditions.prefer);
      return { kind: 'answered', fullUrl, key: `${type}/${match.id}`, answer };
    }
    case 'update':
    case 'patch':
    case 'delete':
      return { kind: 'write', fullUrl, key: keyOf(request), request };
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete': {
      const literal = yield* literalWrite(entry, book, request);
      if ('kind' in literal) return literal;
      const key = literal.interaction === 'create' ? `${literal.type}/${newId(position)}` : keyOf(literal);
      return { kind: 'write', fullUrl, key, request: literal };
    }
    default:
      throw new Error('an entry that is not served');
  }
}

function keyOf({ type, id }: ReadRequest | VreadRequest | Exclude<LiteralWrite, { interaction: 'create' }>): string {
  return `${type}/${id}`;
}

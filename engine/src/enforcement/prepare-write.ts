/** Decides one write, conditional or not, up to the point where it would be sent. */
import type { ConditionalRequest } from '../request/request.ts';
import { type LiteralWrite, literalWrite } from './conditional.ts';
import { prepareCreate } from './create.ts';
import { prepareDelete } from './delete.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { preparePatch } from './patch.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { prepareUpdate } from './update.ts';

export type WriteRequest = LiteralWrite | ConditionalRequest;

/** `position`: of the entry in a transaction, whose references have been rewritten; undefined for a write by itself. */
export function* prepareWrite(
  given: Given,
  book: FactBook,
  asked: WriteRequest,
  position?: number,
): Generator<Need, PreparedOrAnswered, Found> {
  switch (asked.interaction) {
    case 'create':
      return yield* prepareCreate(given, book, asked, position);
    case 'update':
      return yield* prepareUpdate(given, book, asked);
    case 'patch':
      return yield* preparePatch(given, book, asked);
    case 'delete':
      return yield* prepareDelete(given, book, asked);
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete': {
      const literal = yield* literalWrite(given, book, asked);
      return 'kind' in literal ? literal : yield* prepareWrite(given, book, literal, position);
    }
  }
}

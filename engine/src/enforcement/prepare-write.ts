/** Decides one write, conditional or not, up to the point where it would be sent. */
import type {
  ConditionalRequest,
  CreateRequest,
  DeleteRequest,
  FhirRequest,
  PatchRequest,
  UpdateRequest,
} from '../request/request.ts';
import { prepareConditional } from './conditional.ts';
import { prepareCreate } from './create.ts';
import { prepareDelete } from './delete.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { preparePatch } from './patch.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { prepareUpdate } from './update.ts';

export type WriteRequest = CreateRequest | UpdateRequest | PatchRequest | DeleteRequest | ConditionalRequest;

export function* prepareWrite(given: Given, book: FactBook, asked: WriteRequest): Generator<Need, PreparedOrAnswered, Found> {
  switch (asked.interaction) {
    case 'create':
      return yield* prepareCreate(given, book, asked);
    case 'update':
      return yield* prepareUpdate(given, book, asked);
    case 'patch':
      return yield* preparePatch(given, book, asked);
    case 'delete':
      return yield* prepareDelete(given, book, asked);
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return yield* prepareConditional(given, book, asked);
  }
}

export function isWrite(asked: FhirRequest): asked is WriteRequest {
  switch (asked.interaction) {
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return true;
    default:
      return false;
  }
}

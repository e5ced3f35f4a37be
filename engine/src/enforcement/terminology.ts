/**
 * The terminology operations (terminology-service.html): `$expand`, `$validate-code`, `$lookup`, `$subsumes`, `$translate`, worked out here of what the caller
 * sees. INVARIANT: nothing is handed to the upstream as an operation, for its answer would be made of what is hidden too.
 */

import type { Plain } from '../concept/plain.ts';
import { unsaid } from '../concept/unsaid.ts';
import type { Permit } from '../decision/permit.ts';
import type { JsonValue } from '../json/value.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import type { OperationName } from '../operation/operations.ts';
import { Problem } from '../problem.ts';
import { releaseComputed } from '../release/release-computed.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { expandValueSet } from './expand-value-set.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { lookUpCode } from './look-up-code.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { Stages } from './stages.ts';
import { subsumes } from './subsumes.ts';
import { plainOf, TerminologyBook } from './terminology-book.ts';
import { translateCode } from './translate-code.ts';
import { validateCode } from './validate-code.ts';

export type TerminologyName = Extract<OperationName, 'expand' | 'validate-code' | 'lookup' | 'subsumes' | 'translate'>;

/** What one of them works on. */
export interface TerminologyGiven {
  readonly given: Given;
  readonly input: OperationInput;
  readonly book: TerminologyBook;
  /** The resource of an instance, or that which `url` names; undefined: none is named. */
  readonly subject: Plain | undefined;
  readonly type: string;
}

export function* terminology(
  given: Given,
  asked: Called,
  operation: TerminologyName,
  input: OperationInput,
): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'search', asked.type);
  if (permit.kind === 'denied') return permit;
  const book = new TerminologyBook(given, new Stages(given, new FactBook(given)));
  let subject: Plain | undefined;
  if (asked.id !== undefined) {
    const read = admit(given, 'read', asked.type);
    if (read.kind === 'denied') return read;
    const state = yield* current(given, new FactBook(given), read, asked.id);
    if (state.kind === 'missing') return deniedMissing(given, state);
    book.used.push(state.visible);
    subject = plainOf(state.visible);
    if (input.one('url') !== undefined)
      throw new Problem('parameter-invalid', 'An instance is named by its URL: no url is needed.');
  } else subject = yield* named(book, asked.type, input);
  const body = yield* answer(operation, { given, input, book, subject, type: asked.type });
  return release(permit, book, body);
}

/** A `url` that names nothing is an error; none at all is for the operation to judge. */
function* named(book: TerminologyBook, type: string, input: OperationInput): Generator<Need, Plain | undefined, Found> {
  const url = input.one('url');
  if (url === undefined) return undefined;
  const version = input.one(type === 'ValueSet' ? 'valueSetVersion' : type === 'ConceptMap' ? 'conceptMapVersion' : 'version');
  const canonical = version === undefined ? url : `${url}|${version}`;
  const found = yield* book.find(type as 'ValueSet', canonical);
  if (found === undefined) throw unsaid();
  return found;
}

function answer(operation: TerminologyName, given: TerminologyGiven): Generator<Need, JsonValue, Found> {
  switch (operation) {
    case 'expand':
      return expandValueSet(given);
    case 'validate-code':
      return validateCode(given);
    case 'lookup':
      return lookUpCode(given);
    case 'subsumes':
      return subsumes(given);
    case 'translate':
      return translateCode(given);
  }
}

function release({ decision }: Permit, book: TerminologyBook, body: JsonValue): Outcome {
  return releaseComputed(body, { used: book.used, withheld: book.withheld, decision });
}

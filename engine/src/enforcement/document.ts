/**
 * `$document` (composition-operation-document.html): the Composition and what it points to directly, as far as the caller sees it. What is hidden is as
 * absent: the document has then a reference that leads nowhere, as it would on a server that does not hold the target.
 */
import { releaseDocument } from '../release/release-document.ts';
import type { Include } from '../request/request.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { FactBook } from './fact-book.ts';
import { gatherIncludes } from './gather-includes.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { Stages } from './stages.ts';

const followed = ['subject', 'encounter', 'author', 'attester', 'entry'] as const;

export function* document(given: Given, asked: Called): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'read', asked.type);
  if (permit.kind === 'denied') return permit;
  const book = new FactBook(given);
  const state = yield* current(given, book, permit, asked.id ?? '');
  if (state.kind === 'missing') return deniedMissing(given, state);
  const stages = new Stages(given, book);
  const includes = followed
    .filter((parameter) => given.tables.types.get(asked.type)!.searchParameters.has(parameter))
    .map((parameter): Include => ({ direction: 'include', iterate: false, source: asked.type, parameter, target: undefined }));
  const included = yield* gatherIncludes(given, stages, includes, [state.visible]);
  return releaseDocument([state.visible, ...included], { now: given.now, withheld: stages.withheld }, given.bases);
}

/** http.html#delete: of a visible instance, in the version that was judged. What is hidden is as absent here as for a read. */
import { planWrite } from '../planning/plan-write.ts';
import { Problem } from '../problem.ts';
import { releaseWritten } from '../release/release-written.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge } from '../release/visible.ts';
import type { DeleteRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate } from './draft.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { isExpected } from './preconditions.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { refusedWrite } from './refused-write.ts';
import { requireIfMatch } from './require-if-match.ts';
import { odd, upstreamAnswer } from './upstream-answer.ts';

export function* remove(given: Given, asked: DeleteRequest): Generator<Need, Outcome, Found> {
  const { type, id, conditions } = asked;
  const permit = admit(given, 'delete', type);
  if (permit.kind === 'denied') return permit;
  const read = admit(given, 'read', type);
  if (read.kind === 'denied') return read;
  refuseUnserved(asked);
  requireIfMatch(given);

  const book = new FactBook(given);
  const state = yield* current(given, book, read, id);
  if (state.kind === 'missing') return deniedMissing(given, state);
  yield* book.gather([permit], [state.draft]);
  const judged = judge(permit, candidate(state.draft, book), book);
  if (judged.kind === 'withheld') return deniedWrite(given, `${type}/${id}`, judged);
  if (!isExpected(state.visible, conditions))
    throw new Problem('version-conflict', 'The resource has changed in the meantime.');
  const version = versionOf(state.visible.document, state.visible.node);
  if (version === undefined) throw odd('a resource without a version');

  const answer = upstreamAnswer(yield planWrite({ kind: 'delete', type, id, version }));
  if (answer.status !== 200 && answer.status !== 202 && answer.status !== 204) {
    throw refusedWrite(answer, conditions.ifMatch !== undefined);
  }
  return releaseWritten({ status: 204, type, id, version, tellVersion: false, judged, show: 'nothing' }, given.bases);
}

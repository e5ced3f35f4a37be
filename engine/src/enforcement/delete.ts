/** http.html#delete: of a visible instance, in the version that was judged. What is hidden is as absent here as for a read. */
import { Problem } from '../problem.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge } from '../release/visible.ts';
import type { DeleteRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { isExpected } from './preconditions.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireIfMatch } from './require-if-match.ts';
import { odd } from './upstream-answer.ts';

export function* prepareDelete(given: Given, book: FactBook, asked: DeleteRequest): Generator<Need, PreparedOrAnswered, Found> {
  const { type, id, conditions } = asked;
  const permit = admit(given, 'delete', type);
  if (permit.kind === 'denied') return permit;
  const read = admit(given, 'read', type);
  if (read.kind === 'denied') return read;
  refuseUnserved(asked);
  requireIfMatch(given);

  const state = yield* current(given, book, read, id);
  if (state.kind === 'missing') return deniedMissing(given, state);
  yield* book.gather([permit], [state.draft]);
  const judged = judge(permit, candidate(state.draft, book), book);
  if (judged.kind === 'withheld') return deniedWrite(given, `${type}/${id}`, judged);
  if (!isExpected(state.visible, conditions))
    throw new Problem('version-conflict', 'The resource has changed in the meantime.');
  const version = versionOf(state.visible.document, state.visible.node);
  if (version === undefined) throw odd('a resource without a version');
  const plan = { kind: 'delete', type, id, version } as const;
  const expected = conditions.ifMatch !== undefined;
  return { kind: 'prepared', plan, status: 204, judged, read, prefer: 'minimal', tellVersion: false, expected };
}

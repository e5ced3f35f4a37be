/** http.html#ccreate: the answer to a conditional create whose resource is there already. Nothing is written. */
import type { Permit } from '../decision/permit.ts';
import { releaseWritten } from '../release/release-written.ts';
import type { Released } from '../release/released.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge, type Visible } from '../release/visible.ts';
import type { PreferReturn } from '../request/request.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';

/** `match`: as a search shows it; what is shown of it is judged for reading as well. */
export function* found(
  given: Given,
  book: FactBook,
  match: Visible,
  read: Permit | undefined,
  prefer: PreferReturn | undefined,
): Generator<Need, Released, Found> {
  const { type, id, document, node } = match;
  if (id === undefined) throw new Error('not a stored resource');
  let show: Visible | 'outcome' | 'nothing' = prefer === 'OperationOutcome' ? 'outcome' : 'nothing';
  if (read !== undefined && (prefer === undefined || prefer === 'representation')) {
    const one = draft(given, type, id, document, node);
    yield* book.gather([read], [one]);
    const judged = judge(read, candidate(one, book), book);
    if (judged.kind === 'visible') show = judged;
  }
  const version = versionOf(document, node);
  const tellVersion = match.mask.length === 0;
  return releaseWritten({ status: 200, type, id, version, tellVersion, judged: match, show, place: true }, given.bases);
}

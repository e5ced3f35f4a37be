/** http.html#history of one instance: as absent unless the instance is visible, or was when it last lived (search-semantics §8). */
import { planRead } from '../planning/plan-read.ts';
import { withheldLabels } from '../release/recorded-labels.ts';
import { judge, type Visible, type Withheld } from '../release/visible.ts';
import type { HistoryRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { deniedMissing, nothingThere } from './current.ts';
import { candidate, draft } from './draft.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { HistoryPager } from './history-page.ts';
import { lastLiving } from './last-living.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { readHistory } from './read-history.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireHistory } from './require-history.ts';
import { instanceIn, upstreamAnswer } from './upstream-answer.ts';

export function* instanceHistory(given: Given, asked: HistoryRequest): Generator<Need, Outcome, Found> {
  const [type, id] = [asked.type!, asked.id!];
  const permit = admit(given, 'history-instance', type);
  if (permit.kind === 'denied') return permit;
  refuseUnserved(asked);
  requireHistory(given);
  const pager = new HistoryPager(given, asked);

  const book = new FactBook(given);
  const found = instanceIn(upstreamAnswer(yield planRead(type, id)), type, id);
  let standing: Visible | Withheld | undefined;
  if (found === 'gone') standing = yield* lastLiving(given, book, permit, id);
  else if (found !== 'absent') {
    const one = draft(given, type, id, found, found.root);
    yield* book.gather([permit], [one]);
    standing = judge(permit, candidate(one, book), book);
  }
  if (standing === undefined) return deniedMissing(given, { kind: 'missing', as: 'not-found', ...nothingThere });
  if (standing.kind === 'withheld') {
    const { patients } = standing;
    const key = `${type}/${id}`;
    const disclosure = { patients, resources: [key], ...withheldLabels(standing, key), masked: [], withheld: 1 };
    return deniedMissing(given, { kind: 'missing', as: standing.denyAs, decision: standing.decision, disclosure });
  }
  const visible = standing;
  const { withheld } = yield* readHistory(given, book, {
    place: { type, id },
    from: '',
    budget: { pages: given.limits.pageBudget },
    permitFor: () => permit,
    *standing() {
      return () => visible;
    },
    take: (one, page) => pager.take(one, page),
    goOn: () => true,
  });
  return pager.release(visible.decision, withheld);
}

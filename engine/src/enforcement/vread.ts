/**
 * http.html#vread. A version is visible only if the current one is (search-semantics §8): a resource that was relabelled or moved would
 * otherwise still be shown as it was.
 */
import { planRead } from '../planning/plan-read.ts';
import { withheldLabels } from '../release/recorded-labels.ts';
import { releaseResource } from '../release/release-resource.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge, type Withheld } from '../release/visible.ts';
import type { VreadRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { current, deniedMissing, type Missing, nothingThere } from './current.ts';
import { candidate, draft } from './draft.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { isUnchanged } from './preconditions.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { shapeOf } from './shape-of.ts';
import { instanceIn, odd, upstreamAnswer } from './upstream-answer.ts';

export function* vread(given: Given, asked: VreadRequest): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'vread', asked.type);
  if (permit.kind === 'denied') return permit;
  refuseUnserved(asked);
  const book = new FactBook(given);
  const now = yield* current(given, book, permit, asked.id);
  if (now.kind === 'missing') return deniedMissing(given, now);

  const found = instanceIn(upstreamAnswer(yield planRead(asked.type, asked.id, asked.version)), asked.type, asked.id);
  if (typeof found === 'string') return deniedMissing(given, { kind: 'missing', as: 'not-found', ...nothingThere });
  if (versionOf(found, found.root) !== asked.version) throw odd('another version than the one asked');
  const then = draft(given, asked.type, asked.id, found, found.root);
  yield* book.gather([permit], [then]);
  const judged = judge(permit, candidate(then, book), book);
  if (judged.kind === 'withheld') return deniedMissing(given, withheld(asked, judged));
  return releaseResource(judged, given.bases, isUnchanged(judged, asked.conditions), shapeOf(given, asked), asked.version);
}

/** A hidden version of a visible resource is as absent, whatever posture its rule has: the resource itself is there to be read. */
function withheld(asked: VreadRequest, judged: Withheld): Missing {
  const { decision, patients } = judged;
  const key = `${asked.type}/${asked.id}/_history/${asked.version}`;
  const disclosure = { patients, resources: [key], ...withheldLabels(judged, key), masked: [], withheld: 1 };
  return { kind: 'missing', as: 'not-found', decision, disclosure };
}

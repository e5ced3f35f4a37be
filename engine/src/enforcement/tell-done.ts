/** What the upstream said to one write, alone or in a transaction, and what the writer learns of it. */
import { releaseWritten } from '../release/release-written.ts';
import type { Released } from '../release/released.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need, UpstreamAnswer } from './need.ts';
import type { Prepared } from './prepared.ts';
import { refusedWrite } from './refused-write.ts';
import { type NewIds, tellWritten } from './tell-written.ts';

const done = { create: [200, 201], update: [200, 201], delete: [200, 202, 204] } as const;

export function* tellDone(
  given: Given,
  book: FactBook,
  write: Prepared,
  answer: UpstreamAnswer,
  newIds?: NewIds,
): Generator<Need, Released, Found> {
  const { plan, status, judged } = write;
  const statuses: readonly number[] = done[plan.kind];
  if (!statuses.includes(answer.status)) throw refusedWrite(answer, write.expected);
  if (plan.kind !== 'delete')
    return yield* tellWritten(given, book, { ...write, status: status === 201 ? 201 : 200, answer }, newIds);
  const { type, id, version } = plan;
  return releaseWritten({ status: 204, type, id, version, tellVersion: false, judged, show: 'nothing' }, given.bases);
}

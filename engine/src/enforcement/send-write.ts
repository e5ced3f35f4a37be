/** Sends one prepared write by itself, and tells what became of it. */
import { planWrite } from '../planning/plan-write.ts';
import { releaseWritten } from '../release/release-written.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import type { Prepared } from './prepared.ts';
import { refusedWrite } from './refused-write.ts';
import { tellWritten } from './tell-written.ts';
import { upstreamAnswer } from './upstream-answer.ts';

const done = { create: [200, 201], update: [200, 201], delete: [200, 202, 204] } as const;

export function* sendWrite(given: Given, book: FactBook, write: Prepared): Generator<Need, Outcome, Found> {
  const { plan, status, judged } = write;
  const answer = upstreamAnswer(yield planWrite(plan));
  const statuses: readonly number[] = done[plan.kind];
  if (!statuses.includes(answer.status)) throw refusedWrite(answer, write.expected);
  if (plan.kind !== 'delete' && status !== 204) return yield* tellWritten(given, book, { ...write, status, answer });
  const { id, version } = plan as Extract<typeof plan, { kind: 'delete' }>;
  return releaseWritten(
    { status: 204, type: plan.type, id, version, tellVersion: false, judged, show: 'nothing' },
    given.bases,
  );
}

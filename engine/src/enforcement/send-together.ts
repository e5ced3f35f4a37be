/**
 * Several prepared writes sent as one transaction, and each told by itself. INVARIANT: all of them happen or none; from the answer on, one that
 * cannot be told is a failure of its own entry, since the others have happened.
 */
import { planTransaction } from '../planning/plan-transaction.ts';
import { Problem } from '../problem.ts';
import type { Answered } from '../release/release-responses.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need, UpstreamAnswer } from './need.ts';
import { newId, newUrn, urnFor } from './new-id.ts';
import type { Prepared } from './prepared.ts';
import { refusedWrite } from './refused-write.ts';
import { rewritten } from './rewritten.ts';
import { tellDone } from './tell-done.ts';
import { resourceIn, responsesIn, scanned, upstreamAnswer } from './upstream-answer.ts';
import { writtenKey } from './written-key.ts';

export interface TogetherWrite {
  /** By which the others call what it creates (`newId`). */
  readonly position: number;
  readonly write: Prepared;
}

/** Answers by position. */
export function* sendTogether(
  given: Given,
  book: FactBook,
  writes: readonly TogetherWrite[],
): Generator<Need, ReadonlyMap<number, Answered['outcome']>, Found> {
  if (writes.length === 0) return new Map();
  const entries = writes.map(({ position, write: { plan } }) => ({
    write: plan.kind === 'delete' ? plan : { ...plan, body: outward(plan.body) },
    fullUrl: plan.kind === 'create' ? newUrn(position) : undefined,
  }));
  const answer = upstreamAnswer(yield planTransaction(entries));
  if (answer.status !== 200)
    throw refusedWrite(
      answer,
      writes.some(({ write }) => write.expected),
    );
  const responses = responsesIn(answer, writes.length);
  const newIds = new Map(
    writes.flatMap(({ position, write }, index) => {
      const id = write.plan.kind === 'create' ? createdId(responses[index]!, write.plan.type) : undefined;
      return id === undefined ? [] : [[newId(position), id] as const];
    }),
  );
  const told = new Map<number, Answered['outcome']>();
  for (const [index, { position, write }] of writes.entries()) {
    try {
      told.set(position, yield* tellDone(given, book, write, responses[index]!, newIds));
    } catch (problem) {
      // The others have happened all the same, and must be told.
      if (!(problem instanceof Problem)) throw problem;
      told.set(position, { kind: 'problem', problem });
    }
  }
  return told;
}

/** Where our names stand for what does not exist yet, the upstream is given the urn of its entry. */
function outward(body: Uint8Array): Uint8Array {
  return rewritten(scanned(body), urnFor).bytes;
}

function createdId(answer: UpstreamAnswer, type: string): string | undefined {
  return writtenKey(answer, type).id ?? resourceIn(answer.body, type)?.id;
}

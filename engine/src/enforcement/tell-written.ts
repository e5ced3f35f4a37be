/**
 * The answer to a write that has happened (http.html#return). INVARIANT: from here on nothing may turn it into a failure: when the stored
 * state cannot be shown, the write is told without it.
 */
import type { Permit } from '../decision/permit.ts';
import { planRead } from '../planning/plan-read.ts';
import { Problem } from '../problem.ts';
import { releaseWritten } from '../release/release-written.ts';
import type { Released } from '../release/released.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge, type Visible } from '../release/visible.ts';
import type { PreferReturn } from '../request/request.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need, UpstreamAnswer } from './need.ts';
import { newId } from './new-id.ts';
import { instanceIn, odd, resourceIn, upstreamAnswer } from './upstream-answer.ts';
import { writtenKey } from './written-key.ts';

export interface WriteDone {
  readonly status: 200 | 201;
  /** As judged for the write. */
  readonly judged: Visible;
  /** To show the stored state; undefined = the caller may not read the type. */
  readonly read: Permit | undefined;
  readonly prefer: PreferReturn | undefined;
  readonly answer: UpstreamAnswer;
  readonly tellVersion: boolean;
}

/** Ids that the server gave to what was judged under a name of ours (`newId`). */
export type NewIds = ReadonlyMap<string, string>;

export function* tellWritten(given: Given, book: FactBook, done: WriteDone, newIds?: NewIds): Generator<Need, Released, Found> {
  const { status, judged, read, prefer, answer, tellVersion } = done;
  const key = writtenKey(answer, judged.type);
  const id = judged.id ?? key.id ?? resourceIn(answer.body, judged.type)?.id;
  // Only a server that tells neither where nor what it stored gets here; the caller could not find the resource again.
  if (id === undefined) throw odd('created, but where is not told');
  const wantsState = prefer === undefined || prefer === 'representation';
  const state = wantsState && read !== undefined ? yield* storedState(given, book, read, answer, id) : undefined;
  const version = key.version ?? (state === undefined ? undefined : versionOf(state.document, state.node));
  const show = state ?? (prefer === 'OperationOutcome' ? 'outcome' : 'nothing');
  const names = newIds ?? new Map([[newId(0), id]]);
  const patients = judged.patients.map((patient) => names.get(patient) ?? patient);
  return releaseWritten({ status, type: judged.type, id, version, tellVersion, judged, patients, show }, given.bases);
}

/** What is stored now, if this caller may see it. */
function* storedState(
  given: Given,
  book: FactBook,
  read: Permit,
  answer: UpstreamAnswer,
  id: string,
): Generator<Need, Visible | undefined, Found> {
  try {
    const sent = resourceIn(answer.body, read.type);
    const found = sent?.id === id ? sent.document : instanceIn(upstreamAnswer(yield planRead(read.type, id)), read.type, id);
    if (typeof found === 'string') return undefined;
    const one = draft(given, read.type, id, found, found.root);
    yield* book.gather([read], [one]);
    const judged = judge(read, candidate(one, book), book);
    return judged.kind === 'visible' ? judged : undefined;
  } catch (cause) {
    if (cause instanceof Problem) return undefined;
    throw cause;
  }
}

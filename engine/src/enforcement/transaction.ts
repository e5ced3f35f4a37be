/**
 * http.html#transaction: conditions first, then every entry decided, then one transaction sent, each entry with the version that it was decided
 * on. One entry that may not be done refuses the whole, with the answer that it would have had alone. INVARIANT: neither conditions nor reads
 * nor the client's own names are sent; a condition that means a resource of the same transaction finds nothing (search-semantics §9).
 */
import { Problem } from '../problem.ts';
import { type Answered, releaseResponses } from '../release/release-responses.ts';
import type { Released } from '../release/released.ts';
import type { BundleRequest } from '../request/request.ts';
import { answerEntry, type Flow } from './batch.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { linkEntries } from './link-entries.ts';
import type { Found, Need } from './need.ts';
import { refuseNewIds } from './new-id.ts';
import type { Outcome } from './outcome.ts';
import { prepareWrite } from './prepare-write.ts';
import { refuseStranger } from './refuse-stranger.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { type ResolvedEntry, resolveEntry } from './resolve-entry.ts';
import { sendTogether, type TogetherWrite } from './send-together.ts';

export function* transaction(given: Given, asked: BundleRequest, flow: Flow): Generator<Need, Outcome, Found> {
  const stranger = refuseStranger(given);
  if (stranger !== undefined) return stranger;
  refuseUnserved(asked);
  if (!given.dialect.transactions) throw new Problem('interaction-not-supported', 'Transactions are not served here.');
  refuseNewIds(asked.document);
  for (const { request } of asked.entries) {
    refuseUnservedEntry(request.interaction);
    // A patch travels in base64, where the Bundle does not show its words.
    if ('patch' in request) refuseNewIds(request.patch);
    else if ('resource' in request && request.resource !== undefined) refuseNewIds(request.resource);
  }

  const book = new FactBook(given);
  const entries: ResolvedEntry[] = [];
  for (const [position, { fullUrl, request }] of asked.entries.entries()) {
    const one = yield* resolveEntry(given, book, { fullUrl, request, position });
    if (one.kind === 'denied') return one;
    entries.push(one);
  }
  const linked = yield* linkEntries(given, book, entries);
  if ('kind' in linked) return linked;

  const writes: TogetherWrite[] = [];
  const answers = new Map<number, Released>();
  for (const [position, one] of linked.entries()) {
    if (one.kind === 'answered') answers.set(position, one.answer);
    if (one.kind !== 'write') continue;
    const prepared = yield* prepareWrite({ ...given, asked: one.request }, book, one.request, position);
    if (prepared.kind === 'denied') return prepared;
    if (prepared.kind === 'prepared') writes.push({ position, write: prepared });
    else answers.set(position, prepared);
  }
  refuseSameTarget(writes);
  const told = yield* sendTogether(given, book, writes);

  const all: Answered[] = [];
  for (const [position, { request }] of asked.entries.entries()) {
    const outcome = told.get(position) ?? answers.get(position);
    all.push(outcome === undefined ? yield* answerEntry(given, request, flow) : { name: request.interaction, outcome });
  }
  return releaseResponses('transaction-response', all);
}

/** What is read is read after the writes; what is searched would be a second request in one. */
function refuseUnservedEntry(interaction: string): void {
  if (/^(read|vread|create|update|patch|delete|conditional-.*)$/.test(interaction)) return;
  throw new Problem('interaction-not-supported', 'A transaction may hold writes, and reads of single resources.');
}

/** Conditions may have led two entries to one resource (http.html#trules). */
function refuseSameTarget(writes: readonly TogetherWrite[]): void {
  const seen = new Set<string>();
  for (const { write } of writes) {
    if (write.plan.kind === 'create') continue;
    const key = `${write.plan.type}/${write.plan.id}`;
    if (seen.has(key)) throw new Problem('resource-invalid', 'Two entries of the transaction mean the same resource.');
    seen.add(key);
  }
}

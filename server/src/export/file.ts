/**
 * One file of an export, made while it is fetched: some ids at a time are asked for and judged for the caller as they are at that moment, recorded, and
 * written. INVARIANT: no line leaves that was not released a moment before, and none before its record is durable (I4); whatever goes wrong on the way breaks
 * the connection.
 */
import { type Caller, type ExportPlan, exportOf, type Outcome, Problem, Released } from '@fireguard/engine';
import type { Collaborators } from '../gateway/collaborators.ts';
import { given } from '../gateway/given.ts';
import type { Known } from '../gateway/known.ts';
import { recordOutcome } from '../gateway/record.ts';
import type { StreamedResponse } from '../http/incoming.ts';
import { type ExportFile, type ExportJob, exportedIds } from '../storage/export-jobs.ts';
import type { ExportOptions } from './exports.ts';
import { callerNow, keptCaller } from './kept-caller.ts';
import { askedAgain } from './kept-request.ts';
import { headersOf } from './plain-answer.ts';
import { policyFingerprint } from './policy-fingerprint.ts';
import { runFlow } from './run-flow.ts';
import type { Turns } from './turns.ts';

export interface FileAsked {
  readonly known: Known;
  readonly caller: Caller;
  readonly job: ExportJob;
  readonly file: ExportFile;
  readonly options: ExportOptions;
  readonly turns: Turns;
}

/** By GET the ids of one search must fit into a URL. */
const AT_ONCE = { form: 200, url: 40 } as const;

/** Throws Problem `not-found` when there is no such file, and what the first lines throw. */
export async function fileOf(asked: FileAsked): Promise<StreamedResponse> {
  const { known, caller, options } = asked;
  const { use, db } = options;
  const kept = await keptCaller(caller, db);
  if (kept === undefined) throw new Problem('forbidden', 'An export needs an access token of this server.');
  const later = async (): Promise<Caller> => {
    const now = await callerNow(kept, options, use.now());
    if (now === undefined || policyFingerprint(use.policies()) !== asked.job.policies)
      throw new Problem('export-stopped', 'The export was stopped, because what it may see has changed. Begin anew.');
    return now;
  };
  const client = kept.client;
  // As the job had it: without a glass that this person may have broken meanwhile.
  const first = await inTurn(asked.turns, client, async () => linesAfter(asked, '', await later()));
  if (first === undefined) throw new Problem('not-found', 'There is no such resource.');
  const headers = headersOf(known, use, [['Content-Type', 'application/fhir+ndjson']]);
  return { status: 200, headers, stream: stream(asked, client, first, later) };
}

interface Some {
  readonly body: Uint8Array;
  readonly last: string;
}

async function* stream(
  asked: FileAsked,
  client: string,
  first: Some,
  later: () => Promise<Caller>,
): AsyncGenerator<Uint8Array> {
  asked.turns.take(client, tooMany);
  try {
    for (let some: Some | undefined = first; some !== undefined; ) {
      if (some.body.length > 0) yield some.body;
      some = await linesAfter(asked, some.last, await later());
    }
  } finally {
    asked.turns.give(client);
  }
}

async function inTurn<Result>(of: Turns, client: string, work: () => Promise<Result>): Promise<Result> {
  of.take(client, tooMany);
  return work().finally(() => of.give(client));
}

function tooMany(): Problem {
  return new Problem('rate-limited', 'This client fetches too many files at once.');
}

/** Undefined: there are no more. */
async function linesAfter(asked: FileAsked, after: string, caller: Caller): Promise<Some | undefined> {
  const { known, job, file, options } = asked;
  const { use, db } = options;
  const ids = await exportedIds(db, job.id, file, after, atOnce(use));
  if (ids.length === 0) return undefined;
  const flow = exportOf(given(caller, askedAgain(job.request, use.tables), use.now(), use));
  const outcome: Outcome = await runFlow(flow.lines(job.plan as unknown as ExportPlan, file.type, ids), use);
  await recordOutcome({ ...known, now: use.now() }, outcome, use);
  if (!Released.isReleased(outcome)) throw new Problem('forbidden', 'This is not permitted.');
  return { body: outcome.body, last: ids.at(-1)! };
}

function atOnce({ dialect }: Collaborators): number {
  return Math.min(dialect.postSearch ? AT_ONCE.form : AT_ONCE.url, dialect.maxCount);
}

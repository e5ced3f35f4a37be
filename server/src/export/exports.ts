/**
 * What follows a kick-off (Bulk Data Access 2.0, export.html): status, manifest, files, deletion. Each request authenticates anew and is recorded. INVARIANT:
 * an export is there for the client and the person who began it, and for nobody else; to others it is as absent.
 */
import { randomUUID } from 'node:crypto';
import { type Caller, Problem, type ProblemCode } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { failureAnswer } from '../gateway/answer.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import type { Exports } from '../gateway/exports.ts';
import { type Known, knownAtFirst } from '../gateway/known.ts';
import type { Place } from '../gateway/places.ts';
import { recordFailure, recordTold } from '../gateway/record.ts';
import type { HttpResponse, Incoming, StreamedResponse } from '../http/incoming.ts';
import { deleteExportJob, type ExportJob, exportJobOf, insertExportJob } from '../storage/export-jobs.ts';
import type { Database } from '../storage/schema.ts';
import type { ExportSettings } from './config.ts';
import { fileOf } from './file.ts';
import { bindingOf, keptCaller } from './kept-caller.ts';
import { keptRequest } from './kept-request.ts';
import { plainAnswer } from './plain-answer.ts';
import { policyFingerprint } from './policy-fingerprint.ts';
import { exportRunner, type Runner } from './runner.ts';
import { manifest, progress } from './status.ts';
import { turns } from './turns.ts';

export interface ExportOptions {
  readonly use: Collaborators;
  readonly db: Kysely<Database>;
  readonly settings: ExportSettings;
  /** Whether a person's `fhirUser` lies at this base. */
  readonly identities: boolean;
  /** Hears of bugs; never holds a secret. */
  readonly tell: (error: unknown, where: string) => void;
}

export interface RunningExports extends Exports {
  close(): Promise<void>;
}

/** Milliseconds by which the upstream's clock may be behind ours: what changed then is exported again by whoever asks since `transactionTime`, and is not lost. */
const CLOCKS_DIFFER = 10_000;

export function openExports(options: ExportOptions): RunningExports {
  const { use, db, settings } = options;
  const runner: Runner = settings.enabled ? exportRunner(options) : { wake: () => undefined, close: async () => undefined };
  const fetching = turns(settings.filesAtOnce);

  return Object.freeze<RunningExports>({
    enabled: settings.enabled,

    async begin(caller, asked) {
      const kept = await keptCaller(caller, db);
      if (kept === undefined) throw new Problem('forbidden', 'An export needs an access token of this server.');
      const id = randomUUID();
      const now = use.now();
      const job = {
        id,
        base: use.base,
        clientId: kept.client,
        binding: bindingOf(caller),
        caller: kept,
        request: keptRequest(asked),
        policies: policyFingerprint(use.policies()),
        transactionTime: new Date(now - CLOCKS_DIFFER),
        expiresAt: new Date(now + settings.keepHours * 3_600_000),
      };
      if (!(await insertExportJob(db, job, settings.jobsPerClient)))
        throw new Problem('rate-limited', 'This client has too many exports in work.');
      runner.wake();
      return `${use.base}/_export/${id}`;
    },

    async answer(incoming, place) {
      const act = place.file !== undefined ? 'export-file' : incoming.method === 'DELETE' ? 'export-delete' : 'export-status';
      let known: Known = { ...knownAtFirst(incoming, use), act };
      try {
        const caller = await use.authenticate(incoming);
        known = { ...known, caller };
        if (caller.kind === 'anonymous') throw new Problem('token-missing', 'Authentication is required.');
        const job = settings.enabled ? await exportJobOf(db, place.job, use.base, bindingOf(caller)) : undefined;
        if (job === undefined) throw new Problem('not-found', 'There is no such resource.');
        return await answerFor(incoming, known, caller, job, place);
      } catch (error) {
        return failureAnswer(known, await recordFailure(known, error, use), use);
      }
    },

    close: () => runner.close(),
  });

  async function answerFor(
    incoming: Incoming,
    known: Known,
    caller: Caller,
    job: ExportJob,
    { file }: Place & { readonly kind: 'export' },
  ): Promise<HttpResponse | StreamedResponse> {
    const reads = incoming.method === 'GET' || incoming.method === 'HEAD';
    if (file !== undefined) {
      if (!reads) throw new Problem('method-not-allowed', 'A file can be read, and nothing else.');
      whole(job);
      return fileOf({ known, caller, job, file, options, turns: fetching });
    }
    if (incoming.method === 'DELETE') {
      await recordTold(known, { status: 202, reason: 'The export was ended by its client.' }, use);
      await deleteExportJob(db, job.id);
      return plainAnswer(known, use, 202, []);
    }
    if (!reads) throw new Problem('method-not-allowed', 'An export can be read and deleted.');
    if (job.state === 'running') {
      await recordTold(known, { status: 202, reason: 'The export is in work.' }, use);
      return plainAnswer(known, use, 202, [
        ['X-Progress', progress(job)],
        ['Retry-After', '2'],
      ]);
    }
    whole(job);
    const body = await manifest(job, use.base, db);
    await recordTold(known, { status: 200, reason: 'The export is complete.' }, use);
    return plainAnswer(known, use, 200, [['Expires', job.expires_at.toUTCString()]], body);
  }

  /** Throws unless the export can be fetched. */
  function whole(job: ExportJob): void {
    if (job.state === 'running') throw new Problem('not-found', 'There is no such resource.');
    const { failure } = job;
    if (failure !== null) throw new Problem(failure.code as ProblemCode, failure.text);
    if (policyFingerprint(use.policies()) !== job.policies)
      throw new Problem('export-stopped', 'The export was stopped, because what it may see has changed. Begin anew.');
  }
}

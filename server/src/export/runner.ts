/**
 * Works on export jobs: claims one, takes it a step further, and again, until none is left; looks again when one is added and every few seconds, since a node
 * that was killed leaves its jobs behind. A step is a few upstream pages; only ids come of it.
 */
import { randomUUID } from 'node:crypto';
import { type ExportPlan, exportOf, Problem } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { Collaborators } from '../gateway/collaborators.ts';
import { given } from '../gateway/given.ts';
import {
  claimExportJob,
  deleteExpiredExports,
  type ExportJob,
  finishExportJob,
  keepExportPlan,
  keepExportStep,
  postponeExportJob,
  renewExportClaims,
} from '../storage/export-jobs.ts';
import type { Database } from '../storage/schema.ts';
import type { ExportSettings } from './config.ts';
import { callerNow, type KeptCaller } from './kept-caller.ts';
import { askedAgain } from './kept-request.ts';
import { policyFingerprint } from './policy-fingerprint.ts';
import { runFlow } from './run-flow.ts';

export interface RunnerOptions {
  readonly use: Collaborators;
  readonly db: Kysely<Database>;
  readonly settings: ExportSettings;
  readonly identities: boolean;
  readonly tell: (error: unknown, where: string) => void;
}

export interface Runner {
  wake(): void;
  /** Finishes the steps in work; what is left waits for the next start. */
  close(): Promise<void>;
}

const LOOKS_EVERY = 3_000;
const PULSE = 1_500;
const MOST_ATTEMPTS = 8;
const MOST_LOST = 5;
const STOPPED = { code: 'export-stopped', text: 'The export was stopped, because what it may see has changed. Begin anew.' };
const FAILED = { code: 'export-failed', text: 'The export could not be done.' };

export function exportRunner(options: RunnerOptions): Runner {
  const me = randomUUID();
  const working = new Set<Promise<void>>();
  let closing = false;

  const work = async (): Promise<void> => {
    for (;;) {
      if (closing) return;
      const job = await claimExportJob(options.db, options.use.base, me);
      if (job === undefined) return;
      await takeOn(job);
    }
  };
  const wake = (): void => {
    if (closing || working.size >= options.settings.jobsAtOnce) return;
    const one: Promise<void> = work()
      .catch((error: unknown) => options.tell(error, 'exports'))
      .finally(() => working.delete(one));
    working.add(one);
  };
  const timer = setInterval(() => {
    wake();
    void deleteExpiredExports(options.db).catch(() => undefined);
  }, LOOKS_EVERY);
  timer.unref();
  const pulse = setInterval(() => {
    if (working.size > 0) void renewExportClaims(options.db, me).catch(() => undefined);
  }, PULSE);
  pulse.unref();
  wake();

  async function takeOn(claimed: ExportJob): Promise<void> {
    let job: ExportJob | undefined = claimed;
    let lost = 0;
    try {
      while (job !== undefined && !closing) {
        const before: ExportJob = job;
        job = await step(before);
        // The upstream has forgotten where its next page begins: from the start again, but not for ever.
        if (job?.part === before.part && before.place !== '' && job.place === '' && ++lost > MOST_LOST)
          throw new Error('the upstream loses its pages');
      }
      if (job !== undefined) await postponeExportJob(options.db, claimed.id, me, 0);
    } catch (error) {
      const passing = error instanceof Problem && error.answer.status >= 500;
      if (!passing && !(error instanceof Problem)) options.tell(error, 'export');
      if (!passing) {
        const type = (job?.plan as unknown as ExportPlan | null)?.parts[job?.part ?? 0]?.type;
        const where = type === undefined ? '' : ` (${type})`;
        const failure = error instanceof Problem ? { code: error.code, text: error.publicText + where } : FAILED;
        await finishExportJob(options.db, claimed.id, me, failure);
      } else if (claimed.attempts >= MOST_ATTEMPTS) await finishExportJob(options.db, claimed.id, me, FAILED);
      else await postponeExportJob(options.db, claimed.id, me, 2 ** claimed.attempts);
    }
  }

  /** Undefined: there is nothing more to do. */
  async function step(job: ExportJob): Promise<ExportJob | undefined> {
    const { use, db, settings } = options;
    const caller = await callerNow(job.caller as unknown as KeptCaller, options, use.now());
    if (caller === undefined || policyFingerprint(use.policies()) !== job.policies) {
      await finishExportJob(db, job.id, me, STOPPED);
      return undefined;
    }
    const flow = exportOf(given(caller, askedAgain(job.request, use.tables), use.now(), use));
    const plan = job.plan as unknown as ExportPlan | null;
    if (plan === null) {
      const made = await runFlow(flow.plan(), use);
      return (await keepExportPlan(db, job.id, me, made)) ? { ...job, attempts: 0, plan: { ...made } } : undefined;
    }
    const part = plan.parts[job.part];
    if (part === undefined) {
      await finishExportJob(db, job.id, me);
      return undefined;
    }
    const page = await runFlow(flow.page(plan, part, job.place), use);
    const before = job.found[part.type] ?? 0;
    const after = page.next === undefined ? { part: job.part + 1, place: '' } : { part: job.part, place: page.next };
    const file = Math.floor(before / settings.resourcesPerFile);
    const added = await keepExportStep(db, job.id, me, { type: part.type, ids: page.ids, file, ...after });
    if (added === undefined) return undefined;
    return { ...job, ...after, attempts: 0, found: { ...job.found, [part.type]: before + added } };
  }

  return {
    wake,
    async close() {
      closing = true;
      clearInterval(timer);
      clearInterval(pulse);
      await Promise.all(working);
    },
  };
}

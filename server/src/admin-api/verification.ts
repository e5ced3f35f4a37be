/** Verifying the journal on request: whoever asks while one runs gets that one's result, so that asking often costs no more than asking once. */
import { z } from 'zod';
import type { TrailVerification as Verified } from '../audit-log/verify-trail.ts';
import { verificationProblem } from './verification-problem.ts';

export const verificationAnswer = z.object({
  ok: z.boolean(),
  checkedAt: z.iso.datetime(),
  records: z.int().optional(),
  segments: z.int().optional(),
  rows: z.int().optional().describe('Records that were compared with the database.'),
  checkpoints: z.int().optional().describe('Signed checkpoints that the chain goes through.'),
  problem: z.string().optional().describe('What is wrong and where, when it is not unbroken.'),
});

export type Verification = z.infer<typeof verificationAnswer>;

/** `verify` reads this node's whole journal. */
export function createVerification(verify: () => Promise<Verified>, now: () => number): () => Promise<Verification> {
  let running: Promise<Verification> | undefined;
  const run = async (): Promise<Verification> => {
    const result = await verify();
    const checkedAt = new Date(now()).toISOString();
    if (result.ok) {
      const { records, segments, checkpoints, rows } = result;
      return { ok: true, checkedAt, records, segments, checkpoints, ...(rows === undefined ? {} : { rows }) };
    }
    return { ok: false, checkedAt, problem: verificationProblem(result) };
  };
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

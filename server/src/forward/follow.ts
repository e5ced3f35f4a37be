/**
 * Follows one node's own chain for somebody, in its order. INVARIANT: the place moves only after the batch was taken, so that nothing is left out whatever ends when; a batch may come
 * twice, under the same id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { AuditRecordRow } from '../storage/audit-records.ts';
import { forwardPlace, moveForwardPlace, recordsBehind } from '../storage/forward.ts';
import type { Database } from '../storage/schema.ts';

export interface Following {
  readonly db: Kysely<Database>;
  readonly chain: string;
  /** Under which its place is kept. */
  readonly target: string;
  /** Also what was recorded before it was first followed. */
  readonly fromBeginning: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks when there is nothing new. */
  readonly pause: number;
  /** Called at each look, also with nothing. Resolves when it has them all; throws, and all of them come again. `id` names the batch. */
  take(rows: readonly AuditRecordRow[], id: string): Promise<void>;
  /** Hears how each look fared. */
  fared(error: Error | undefined): void | Promise<void>;
}

const batch = 200;
const longestWait = 30_000;

/** Resolves once the signal was given and what was being taken is done. */
export async function follow({ db, chain, target, fromBeginning, signal, pause, take, fared }: Following): Promise<void> {
  const rest = (milliseconds: number) => sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  let wait = 500;
  while (!signal.aborted) {
    try {
      const place = await forwardPlace(db, target, chain, fromBeginning);
      const rows = await recordsBehind(db, chain, place, batch);
      const last = rows.at(-1);
      await take(rows, `${chain}/${place}-${last?.sequence ?? place}`);
      if (last !== undefined) await moveForwardPlace(db, target, chain, last.sequence);
      await fared(undefined);
      wait = 500;
      if (rows.length < batch) await rest(pause);
    } catch (error) {
      await Promise.resolve(fared(error as Error)).catch(() => undefined);
      await rest(wait);
      wait = Math.min(wait * 2, longestWait);
    }
  }
}

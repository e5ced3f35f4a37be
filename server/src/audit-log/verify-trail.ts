/** The whole proof: chain, checkpoints and database against each other. The first record that is wrong is named, by whichever of them sees it first. */
import type pg from 'pg';
import type { Checkpoint } from './checkpoint.ts';
import type { JournalFolder } from './journal-folder.ts';
import { chainName } from './segment.ts';
import { type Verification, verifyFolder } from './verify.ts';
import { verifyDatabase } from './verify-database.ts';

export interface Trail {
  readonly folder: JournalFolder;
  /** With good signatures. */
  readonly checkpoints?: readonly Checkpoint[];
  /** With `search_path` set to our schema; only reads. */
  readonly database?: pg.ClientBase;
}

/** `rows`: records that were compared with the database. */
export type TrailVerification = Verification & { readonly rows?: number };

export async function verifyTrail({ folder, checkpoints = [], database }: Trail): Promise<TrailVerification> {
  const journal = await verifyFolder(folder, checkpoints);
  const chain = database === undefined ? undefined : await chainName(folder);
  if (database === undefined || chain === undefined) return journal;
  const held = Math.max(0, ...checkpoints.filter((one) => one.chain === chain).map(({ copied }) => copied));
  const { rows, finding } = await verifyDatabase(folder, database, chain, held);
  if (finding === undefined) return { ...journal, rows };
  if (journal.ok || finding.at.seq < journal.at.seq || narrows(journal, finding.at.seq)) return { ok: false, ...finding };
  return journal;
}

/** Where the checkpoints know only a stretch, the database may know the record. */
function narrows(journal: Verification & { readonly ok: false }, seq: number): boolean {
  return (
    journal.unproven !== undefined && journal.what === 'changed' && seq >= journal.unproven.from && seq <= journal.unproven.to
  );
}

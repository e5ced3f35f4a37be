/** Runs rows: against the server as it is, or each against its own mutant, where it must fail by its own assertion. */
import type { Row } from './row.ts';
import { Failed } from './row.ts';
import { Site } from './site.ts';
import type { Subject } from './subject.ts';

export interface Result {
  readonly row: Row;
  readonly passed: boolean;
  /** Why not; for a mutant, which one it was. */
  readonly note: string;
}

export async function runRows(subject: Subject, rows: readonly Row[], told: (result: Result) => void): Promise<Result[]> {
  const results: Result[] = [];
  const site = new Site(subject);
  for (const row of rows) {
    const error = await errorOf(() => row.run(site));
    const result = { row, passed: error === undefined, note: error === undefined ? '' : messageOf(error) };
    results.push(result);
    told(result);
  }
  await site.close();
  return results;
}

/** A mutant that the row does not see, and a row that breaks instead of failing, are both failures here. */
export async function runMutants(subject: Subject, rows: readonly Row[], told: (result: Result) => void): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows) {
    const mutant = row.mutant(subject);
    const site = new Site(subject, mutant);
    const error = await errorOf(() => row.run(site));
    await site.close();
    const passed = error instanceof Failed;
    const why = error === undefined ? ' was not noticed' : passed ? '' : ` broke the row instead: ${messageOf(error)}`;
    const result = { row, passed, note: `${mutant.name}${why}` };
    results.push(result);
    told(result);
  }
  return results;
}

async function errorOf(run: () => Promise<void>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Failed ? error.message : `the suite broke: ${(error as Error).message}`;
  return message
    .replaceAll('\n', ' ')
    .replace(/"(\w*token)":"[^"]*"/g, '"$1":"…"')
    .slice(0, 400);
}

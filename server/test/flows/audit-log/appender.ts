/** A process that appends to a journal as fast as it can and prints the id of each record that was acknowledged; for tests that kill it. */
import { writeSync } from 'node:fs';
import { openJournal } from '../../../src/audit-log/journal.ts';
import { diskFolder } from '../../../src/audit-log/journal-folder.ts';

const journal = await openJournal({
  folder: diskFolder(process.argv[2]!),
  node: 'killed',
  now: Date.now,
  tell: () => undefined,
  segmentBytes: 300_000,
});

async function client(): Promise<never> {
  for (;;) {
    const { id } = await journal.append({
      id: crypto.randomUUID(),
      kind: 'request',
      action: 'read',
      patients: ['1'],
      reason: 'x'.repeat(300),
    });
    writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: 64 }, client));

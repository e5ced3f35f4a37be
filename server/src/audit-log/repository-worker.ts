/**
 * The thread that copies the journal into the database: its own event loop, its own connection. It is told how far the journal is durable and
 * tells how far the database has come; it knows nothing else, and must not write to the journal.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from './give-way.ts';
import type { JournalPlace } from './journal.ts';
import { diskFolder } from './journal-folder.ts';
import { openRepository } from './repository.ts';
import type { RepositoryFared, RepositoryStart, RepositoryWord } from './repository-thread.ts';

const { config, path, chain, durable: first } = workerData as RepositoryStart;
const fares = (how: RepositoryFared): void => parentPort!.postMessage(how);
let durable: JournalPlace = first;

// Answers come first.
giveWay();

try {
  const repository = await openRepository({
    config,
    folder: diskFolder(path),
    chain,
    durable: () => durable,
    moved: (sequence) => fares({ kind: 'moved', sequence }),
    tell: (line) => fares({ kind: 'told', line }),
  });
  parentPort!.on('message', async (word: RepositoryWord) => {
    if (word.kind === 'end') {
      await repository.stop();
      process.exit();
    }
    durable = word.durable;
    if (word.waited) repository.hurry();
    else repository.wake();
  });
  fares({ kind: 'opened' });
} catch (error) {
  fares({ kind: 'failed', message: (error as Error).message });
  parentPort!.close();
}

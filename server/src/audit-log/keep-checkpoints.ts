/**
 * Signs where the chain ends, again and again while it grows, and puts it into `checkpoints.jsonl` beside the journal and into the places that the
 * operator chose. Later checkpoints cover what earlier ones did, so one that could not be delivered is made good by the next. Must not hold up a
 * record: a place that cannot be reached is told of, and the journal goes on.
 */
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Checkpoint, writeCheckpoint } from './checkpoint.ts';

export interface CheckpointSettings {
  readonly key: KeyObject;
  /** Milliseconds between two, while records are written. */
  readonly every: number;
  /** A file elsewhere that lines are added to: a mount that this machine can only append to, a pipe, a tape. */
  readonly file?: string | undefined;
  /** Hears each line, to send it on. */
  readonly announce?: ((line: string) => Promise<void>) | undefined;
}

export interface CheckpointOptions extends CheckpointSettings {
  /** The file beside the journal. */
  readonly beside: string;
  readonly place: () => Omit<Checkpoint, 'at'>;
  readonly now: () => number;
  readonly tell: (line: string) => void;
}

export interface Checkpoints {
  /** The last one goes out before it resolves. */
  stop(): Promise<void>;
}

export function keepCheckpoints(options: CheckpointOptions): Checkpoints {
  let marked = '';
  let failing = false;
  let working: Promise<void> = Promise.resolve();

  async function checkpoint(): Promise<void> {
    const place = options.place();
    const mark = `${place.seq}/${place.copied}`;
    if (mark === marked || place.seq === 0) return;
    const line = writeCheckpoint({ ...place, at: new Date(options.now()).toISOString() }, options.key);
    try {
      await append(options.beside, line);
      if (options.file !== undefined) await append(options.file, line);
      await options.announce?.(line);
      marked = mark;
      if (failing) options.tell('checkpoints of the audit journal can be written again');
      failing = false;
    } catch (error) {
      if (!failing) options.tell(`a checkpoint of the audit journal could not be written: ${(error as Error).message}`);
      failing = true;
    }
  }

  const timer = setInterval(() => {
    working = working.then(checkpoint);
  }, options.every).unref();
  return {
    async stop() {
      clearInterval(timer);
      await working;
      await checkpoint();
    },
  };
}

async function append(file: string, line: string): Promise<void> {
  const isNew = !existsSync(file);
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.writeFile(`${line}\n`);
    await sync(handle);
  } finally {
    await handle.close();
  }
  if (!isNew) return;
  // Its name is the folder's: without this a power cut may take the whole file.
  const folder = await open(dirname(file), 'r');
  await sync(folder).finally(() => folder.close());
}

/** A pipe or a device cannot be synced, and needs not; nor can a folder on some file systems. */
async function sync(handle: FileHandle): Promise<void> {
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
}

/**
 * The demo FHIR server: what a hospital already has, polite enough to stand for a real one, with bad habits by switch. It keeps the bytes
 * that it is given, answers only to its credential, and trusts whoever holds it with everything: it must never decide who may see
 * what, since that is what the house in front of it is for. Not for production.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GOOD_MANNERS, type Habits } from './habits.ts';
import { listen } from './listener.ts';
import { serve } from './routes.ts';
import { definitions } from './search/definitions.ts';
import { ReferenceIndex } from './search/reference-index.ts';
import { Journal } from './storage/journal.ts';
import { lockHome } from './storage/lock.ts';
import { Store } from './storage/store.ts';

export interface FhirServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Folder of the journal; without one, everything is forgotten at the end. */
  readonly home?: string;
  /** What a client must send as `Authorization: Bearer …`. */
  readonly credential: string;
  /** For tests: the clock of `lastUpdated`, and where new ids come from. */
  readonly now?: () => Date;
  readonly ids?: () => string;
  readonly habits?: Partial<Habits>;
}

export interface RunningFhirServer {
  /** Base URL, `http://127.0.0.1:<port>/fhir`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Throws CorruptJournal, or an Error with one clear line when home or port are in use. */
export async function startFhirServer(options: FhirServerOptions): Promise<RunningFhirServer> {
  if (options.credential === '') throw new Error('the FHIR server needs a credential');
  const now = options.now ?? (() => new Date());
  const { lock, opened } = await openHome(options.home);
  try {
    const store = new Store({ journal: opened?.journal, now, found: opened?.found ?? [] });
    const listener = await listen(options.port, options.credential, (port) => {
      const base = `http://127.0.0.1:${port}/fhir`;
      const habits = { ...GOOD_MANNERS, ...options.habits };
      const service = {
        store,
        definitions: definitions(),
        references: new ReferenceIndex(store, base),
        base,
        habits,
        now,
        newId: options.ids ?? randomUUID,
        bundleId: randomUUID,
      };
      return (request) => serve(service, request);
    });
    const close = async (): Promise<void> => {
      await listener.close();
      await opened?.journal.close();
      lock?.release();
    };
    return { url: `http://127.0.0.1:${listener.port}/fhir`, close };
  } catch (error) {
    await opened?.journal.close();
    lock?.release();
    throw error;
  }
}

async function openHome(home: string | undefined) {
  if (home === undefined) return { lock: undefined, opened: undefined };
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = lockHome(home);
  try {
    return { lock, opened: await Journal.open(join(home, 'resources.journal')) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

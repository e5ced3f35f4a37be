/**
 * Slows down guessing, on all nodes together: from the third failure for one name from one address, each further try must wait, twice as
 * long each time, up to five minutes. Counted per name and address together, so that nobody can lock out somebody else. One address that fails
 * for many names (a hospital's whole net is one address) waits too, but later. Codes are counted per person wherever they come from: only who
 * has the password can type one, and a million guesses from a thousand addresses would hit. Keys are MACs: a name field may hold a password.
 */
import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../storage/schema.ts';
import { type CountRule, countTry, forgetTries, forgetTriesUnder, forgetTry, waitOf } from '../storage/sign-in-counts.ts';

export interface Throttle {
  /** Counts a try as failed before it is looked at. Undefined: look at it. Otherwise it must wait until then (milliseconds since the epoch). */
  tried(name: string, address: string): Promise<number | undefined>;
  /** Takes the count back: the try succeeded. */
  succeeded(name: string, address: string): Promise<void>;
  /** The same for codes that follow a password. */
  codeTried(personId: string): Promise<number | undefined>;
  codeSucceeded(personId: string): Promise<void>;
  /** Forgets all tries under a name and all codes of its person. */
  forget(name: string, personId: string): Promise<void>;
}

const HOUR_MS = 3_600_000;
const PER_NAME: CountRule = { free: 3, longestMs: 300_000, forgetMs: HOUR_MS };
const PER_ADDRESS: CountRule = { free: 100, longestMs: 300_000, forgetMs: HOUR_MS };
const PER_PERSON: CountRule = { free: 5, longestMs: 900_000, forgetMs: 24 * HOUR_MS };

/** `secret`: the same on all nodes. */
export function createThrottle(db: Kysely<Database>, secret: string): Throttle {
  const mac = (text: string) => createHmac('sha256', secret).update(`throttle\n${text}`).digest('hex');
  const plain = (name: string) => name.normalize('NFC').toLowerCase();
  const pair = (name: string, address: string) => mac(`${address} ${plain(name)}`);
  const under = (name: string) => mac(`name ${plain(name)}`);
  const place = (address: string) => mac(address);
  const code = (personId: string) => mac(`code ${personId}`);
  return {
    async tried(name, address) {
      const until = (await waitOf(db, place(address))) ?? (await countTry(db, pair(name, address), PER_NAME, under(name)));
      if (until === undefined) await countTry(db, place(address), PER_ADDRESS);
      return until;
    },
    async succeeded(name, address) {
      await forgetTries(db, pair(name, address));
      await forgetTry(db, place(address));
    },
    codeTried: (personId) => countTry(db, code(personId), PER_PERSON),
    codeSucceeded: (personId) => forgetTries(db, code(personId)),
    async forget(name, personId) {
      await forgetTriesUnder(db, under(name));
      await forgetTries(db, code(personId));
    },
  };
}

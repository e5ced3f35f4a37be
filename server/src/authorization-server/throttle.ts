/**
 * Slows down guessing, on all nodes together: from the third failure for one name from one address, each further try must wait, twice as
 * long each time, up to five minutes. Counted per name and address together, so that nobody can lock out somebody else. One address that fails
 * for many names (a hospital's whole net is one address) waits too, but later. Codes are counted per person wherever they come from: only who
 * has the password can type one, and a million guesses from a thousand addresses would hit. Keys are hashes: a name field may hold a password.
 */
import type { Kysely } from 'kysely';
import type { Database } from '../storage/schema.ts';
import { type CountRule, countTry, forgetTries, forgetTry, waitOf } from '../storage/sign-in-counts.ts';
import { tokenHash } from '../token/token-hash.ts';

export interface Throttle {
  /** Counts a try as failed before it is looked at. Undefined: look at it. Otherwise it must wait until then (milliseconds since the epoch). */
  tried(name: string, address: string): Promise<number | undefined>;
  /** Takes the count back: the try succeeded. */
  succeeded(name: string, address: string): Promise<void>;
  /** The same for codes that follow a password. */
  codeTried(personId: string): Promise<number | undefined>;
  codeSucceeded(personId: string): Promise<void>;
}

const HOUR_MS = 3_600_000;
const PER_NAME: CountRule = { free: 3, longestMs: 300_000, forgetMs: HOUR_MS };
const PER_ADDRESS: CountRule = { free: 100, longestMs: 300_000, forgetMs: HOUR_MS };
const PER_PERSON: CountRule = { free: 5, longestMs: 900_000, forgetMs: 24 * HOUR_MS };

export function createThrottle(db: Kysely<Database>): Throttle {
  const pair = (name: string, address: string) => tokenHash(`${address} ${name.normalize('NFC').toLowerCase()}`);
  const place = (address: string) => tokenHash(address);
  const code = (personId: string) => tokenHash(`code ${personId}`);
  return {
    async tried(name, address) {
      const until = (await waitOf(db, place(address))) ?? (await countTry(db, pair(name, address), PER_NAME));
      if (until === undefined) await countTry(db, place(address), PER_ADDRESS);
      return until;
    },
    async succeeded(name, address) {
      await forgetTries(db, pair(name, address));
      await forgetTry(db, place(address));
    },
    codeTried: (personId) => countTry(db, code(personId), PER_PERSON),
    codeSucceeded: (personId) => forgetTries(db, code(personId)),
  };
}

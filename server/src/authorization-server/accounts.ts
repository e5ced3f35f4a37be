/**
 * What others may do to the accounts of people: end sessions, and let somebody try again who has to wait. INVARIANT: a call resolves only when nothing of
 * what ended is taken on any node any more; the apps of the sessions are told by then, as far as they can be reached.
 */
import type { Kysely } from 'kysely';
import type { Database } from '../storage/schema.ts';
import { deleteSession, type StoredSession, sessionsOfPerson } from '../storage/sessions.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import type { LiveProvider } from './live-provider.ts';
import { tellApps } from './tell-apps.ts';
import type { Throttle } from './throttle.ts';

export interface Accounts {
  /** All sessions of a person, and all that acts for them. */
  signOutEverywhere(personId: string): Promise<void>;
  /** One session, and what was to last no longer than it. False where the person has no such session. */
  endSession(personId: string, sessionId: string): Promise<boolean>;
  /** Forgets the failed tries under this name, wherever they came from. */
  unlock(person: { readonly id: string; readonly username: string }): Promise<void>;
}

export interface AccountsDependencies {
  readonly db: Kysely<Database>;
  readonly revocation: TokenRevocation;
  readonly provider: LiveProvider;
  readonly throttle: Throttle;
}

export function createAccounts({ db, revocation, provider, throttle }: AccountsDependencies): Accounts {
  const tell = async (personId: string, sessions: readonly StoredSession[]) => {
    const current = await provider.fresh();
    await Promise.all(sessions.map(({ apps }) => tellApps(current, personId, apps)));
  };
  return Object.freeze<Accounts>({
    async signOutEverywhere(personId) {
      const sessions = await sessionsOfPerson(db, personId);
      await revocation.byPerson(personId);
      await tell(personId, sessions);
    },
    async endSession(personId, sessionId) {
      const session = (await sessionsOfPerson(db, personId)).find(({ id }) => id === sessionId);
      if (session === undefined) return false;
      // The session first: a refresh in between finds none.
      await deleteSession(db, personId, session.id);
      await revocation.bySession(personId, session.uid);
      await tell(personId, [session]);
      return true;
    },
    unlock: ({ id, username }) => throttle.forget(username, id),
  });
}

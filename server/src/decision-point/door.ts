/** Who knocks: a system that was given a key in the configuration. INVARIANT: nobody else is told anything, not even that a question was malformed. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem, parseScopes, type ScopeSet } from '@fireguard/engine';
import type { DoorSettings } from './config.ts';

export interface Door {
  readonly id: string;
  /** The bound of every question that names a subject. */
  readonly scopes: ScopeSet;
  readonly scope: string;
  readonly mayDescribe: boolean;
}

/** `key`: what came along, if anything. Throws Problem token-missing or token-invalid. */
export type Knock = (key: string | undefined) => Door;

export function knocking(settings: readonly DoorSettings[]): Knock {
  const known = settings.map(({ id, key, scope, mayDescribe }) => ({
    digest: digestOf(key),
    door: Object.freeze<Door>({ id, scope, scopes: parseScopes(scope), mayDescribe }),
  }));
  return (key) => {
    if (key === undefined) throw new Problem('token-missing', 'The decision point needs a key.');
    const shown = digestOf(key);
    // All are compared, and digests only, so that the time tells nothing.
    let found: Door | undefined;
    for (const { digest, door } of known) if (timingSafeEqual(digest, shown)) found = door;
    if (found === undefined) throw new Problem('token-invalid', 'The key is not known here.');
    return found;
  };
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

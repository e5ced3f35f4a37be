/** Who is not signed in learns no more of what has no type of its own than that somebody must be. */
import { denied, nothingDisclosed } from '../release/denied.ts';
import { presentedToken } from './admit.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';

export function refuseStranger(given: Given): Denied | undefined {
  const { caller, now } = given;
  const known = caller.kind !== 'anonymous' && (caller.token === undefined || caller.token.expiresAt > now);
  if (known) return undefined;
  const reason = 'Nobody is signed in, and what is asked needs a caller.';
  const decision = { effect: 'deny', rules: ['builtin:authentication'], reason, cause: 'authentication' } as const;
  return denied('unauthorized', decision, nothingDisclosed, presentedToken(given));
}

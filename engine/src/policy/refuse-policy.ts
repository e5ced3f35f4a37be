/** One way to say that a policy is wrong: where it is, and what to do. The text is for the officer; a caller only hears that it is invalid. */
import { Problem } from '../problem.ts';

export function refusePolicy(at: string, what: string): never {
  throw new Problem('policy-invalid', 'A policy document is not valid.', { detail: at === '' ? what : `${at}: ${what}` });
}

/** Runs `check`, naming `place` in front of what it refuses. */
export function within<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, error.publicText, { detail: `${place}, ${error.detail ?? error.publicText}`, cause: error });
  }
}

/** What a challenge says is wrong with what was presented, where it is not the token itself. */
import type { Problem } from '@fireguard/engine';

/** Undefined: the token is not valid. */
export function challengeError(problem: Pick<Problem, 'code' | 'detail'>): string | undefined {
  switch (problem.code) {
    case 'sign-in-insufficient':
      return insufficientSignIn(problem.detail ?? '');
    case 'dpop-nonce-needed':
      return 'error="use_dpop_nonce"';
    default:
      return undefined;
  }
}

/** RFC 9470 §3: what the sign-in lacks, as parameters (`acr_values="aal2", max_age="300"`). */
export function insufficientSignIn(lacking: string): string {
  return `error="insufficient_user_authentication", ${lacking}`;
}

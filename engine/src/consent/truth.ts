/** Three-valued answers (Kleene): `maybe` is what could hold and cannot be told. INVARIANT: what is not understood is `maybe`, never `no`. */
export type Truth = 'yes' | 'maybe' | 'no';

/** All of them. Nothing to hold, holds. */
export function all(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no';
  return truths.includes('maybe') ? 'maybe' : 'yes';
}

/** One of them. */
export function any(truths: readonly Truth[]): Truth {
  if (truths.includes('yes')) return 'yes';
  return truths.includes('maybe') ? 'maybe' : 'no';
}

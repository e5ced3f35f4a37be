/**
 * One monotonic clock for all threads. `performance.now()` is the cheap one, but each thread counts it from its own start; `process.hrtime` is
 * shared, so the distance between the two is measured once per thread.
 */
const shared = (): number => Number(process.hrtime.bigint()) / 1e6;

const distance = ((): number => {
  for (;;) {
    const before = shared();
    const own = performance.now();
    // When the thread was put aside between the two, the distance would be wrong by as long.
    if (shared() - before < 1) return before - own;
  }
})();

/** Milliseconds since an arbitrary moment; equal in all threads to within one. */
export const monotonic = (): number => performance.now() + distance;

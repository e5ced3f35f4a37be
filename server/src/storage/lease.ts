/**
 * A node's own view of its lease. It must end no later than the database believes: counted from before the renewal was sent, on the
 * monotonic clock, and given up when the wall clock disagrees, because the monotonic one stands still while a machine is suspended.
 * It lies in memory that threads share: the one that hears renews it, the one that serves asks it.
 */
export const leaseMilliseconds = 1_000;
const margin = 50;
/** Of the shared memory of one lease. */
export const leaseBytes = 16;

export interface Lease {
  valid(): boolean;
  /** The renewal that was sent at `sent` has been confirmed by the database. */
  renewed(sent: Moment): void;
  lose(): void;
}

export interface Moment {
  /** Milliseconds of a clock that is the same for all threads (performance.now() counts from each thread's own start). */
  readonly monotonic: number;
  /** Date.now() */
  readonly wall: number;
}

const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

export const systemMoment = (): Moment => ({ monotonic: monotonic(), wall: Date.now() });

/** A fresh lease is not held; two that are given the same memory (zeroes at first) are one. */
export function createLease(
  now: () => Moment = systemMoment,
  memory: SharedArrayBuffer = new SharedArrayBuffer(leaseBytes),
): Lease {
  // [0]: 0 when not held, else 1 + whole milliseconds of the monotonic clock. [1]: milliseconds of the wall clock.
  const since = new BigInt64Array(memory, 0, 2);
  return {
    valid() {
      const held = Number(Atomics.load(since, 0));
      if (held === 0) return false;
      const moment = now();
      return (
        moment.monotonic - (held - 1) < leaseMilliseconds - margin &&
        Math.abs(moment.wall - Number(Atomics.load(since, 1))) < leaseMilliseconds - margin
      );
    },
    renewed(sent) {
      // The lease that is there holds until its own end, so whoever reads between the two sees one that is valid, or one that ends sooner.
      Atomics.store(since, 1, BigInt(Math.floor(sent.wall)));
      Atomics.store(since, 0, BigInt(1 + Math.floor(sent.monotonic)));
    },
    lose() {
      Atomics.store(since, 0, 0n);
    },
  };
}

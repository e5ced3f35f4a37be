/**
 * A node's own view of its lease. It must end no later than the database believes: counted from before the renewal was sent, on the
 * monotonic clock, and given up when the wall clock disagrees, because the monotonic one stands still while a machine is suspended.
 * It lies in memory that threads share: the one that hears renews it, the one that serves asks it.
 */
import { monotonic } from './monotonic.ts';

export const leaseMilliseconds = 1_000;
/** Also covers that times are kept in whole milliseconds, and that two threads read the clock a little differently. */
const margin = 50;
/** Of the shared memory of one lease. */
export const leaseBytes = 8;

export interface Lease {
  valid(): boolean;
  /** The renewal that was sent at `sent` has been confirmed by the database. */
  renewed(sent: Moment): void;
  lose(): void;
}

export interface Moment {
  /** Milliseconds of a clock that is the same for all threads. */
  readonly monotonic: number;
  /** Date.now() */
  readonly wall: number;
}

export const systemMoment = (): Moment => ({ monotonic: monotonic(), wall: Date.now() });

/** A fresh lease is not held; two that are given the same memory (zeroes at first) are one. */
export function createLease(
  now: () => Moment = systemMoment,
  memory: SharedArrayBuffer = new SharedArrayBuffer(leaseBytes),
): Lease {
  // [0]: 0 when not held, else 1 + milliseconds of the monotonic clock. [1]: milliseconds of the wall clock. Both modulo 2^32, which is
  // compared in a ring of 49 days; 64-bit integers would cost an object at every question.
  const since = new Int32Array(memory, 0, 2);
  return {
    valid() {
      const held = Atomics.load(since, 0);
      if (held === 0) return false;
      const moment = now();
      const age = (Math.floor(moment.monotonic) + 1 - held) | 0;
      const wallAge = (moment.wall - Atomics.load(since, 1)) | 0;
      const end = leaseMilliseconds - margin;
      if (age < end && age > -end && wallAge < end && wallAge > -end) return true;
      // Over is over, whatever the clocks do later; unless it has been renewed just now.
      Atomics.compareExchange(since, 0, held, 0);
      return false;
    },
    renewed(sent) {
      // The lease that is there holds until its own end, so whoever reads between the two sees one that is valid, or one that ends sooner.
      Atomics.store(since, 1, sent.wall | 0);
      Atomics.store(since, 0, (Math.floor(sent.monotonic) + 1) | 0 || 1);
    },
    lose() {
      Atomics.store(since, 0, 0);
    },
  };
}

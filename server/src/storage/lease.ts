/**
 * A node's own view of its lease. It must end no later than the database believes: counted from before the renewal was sent, on the
 * monotonic clock, and given up when the wall clock disagrees, because the monotonic one stands still while a machine is suspended.
 */
export const leaseMilliseconds = 1_000;
const margin = 50;

export interface Lease {
  valid(): boolean;
  /** The renewal that was sent at `sent` has been confirmed by the database. */
  renewed(sent: Moment): void;
  lose(): void;
}

export interface Moment {
  /** performance.now() and Date.now(), milliseconds. */
  readonly monotonic: number;
  readonly wall: number;
}

export const systemMoment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

export function createLease(now: () => Moment = systemMoment): Lease {
  let since: Moment | undefined;
  return {
    valid() {
      if (since === undefined) return false;
      const { monotonic, wall } = now();
      return (
        monotonic - since.monotonic < leaseMilliseconds - margin && Math.abs(wall - since.wall) < leaseMilliseconds - margin
      );
    },
    renewed(sent) {
      since = sent;
    },
    lose() {
      since = undefined;
    },
  };
}

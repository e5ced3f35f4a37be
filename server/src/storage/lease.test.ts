import { expect, test } from 'vitest';
import { createLease, type Moment } from './lease.ts';

test('a lease ends a little before the second is over, by whichever clock comes first', () => {
  let now: Moment = { monotonic: 0, wall: 0 };
  const lease = createLease(() => now);
  expect(lease.valid()).toBe(false);
  lease.renewed(now);
  for (const [moment, valid] of [
    [{ monotonic: 0, wall: 0 }, true],
    [{ monotonic: 940, wall: 940 }, true],
    [{ monotonic: 950, wall: 950 }, false],
    // Suspended: the monotonic clock stood still.
    [{ monotonic: 10, wall: 60_000 }, false],
    // The wall clock was set back.
    [{ monotonic: 10, wall: -60_000 }, false],
    [{ monotonic: 2_000, wall: 10 }, false],
  ] as const) {
    now = moment;
    expect(lease.valid(), JSON.stringify(moment)).toBe(valid);
  }
  now = { monotonic: 0, wall: 0 };
  lease.lose();
  expect(lease.valid()).toBe(false);
});

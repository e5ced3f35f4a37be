import { expect, test } from 'vitest';
import { createLease, leaseBytes, type Moment } from './lease.ts';

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
    lease.renewed({ monotonic: 0, wall: 0 });
    now = moment;
    expect(lease.valid(), JSON.stringify(moment)).toBe(valid);
  }
  now = { monotonic: 0, wall: 0 };
  lease.lose();
  expect(lease.valid()).toBe(false);
});

test('a lease that is over stays over, whatever the clocks do', () => {
  let now: Moment = { monotonic: 5_000, wall: 5_000 };
  const lease = createLease(() => now);
  lease.renewed(now);
  now = { monotonic: 6_000, wall: 6_000 };
  expect(lease.valid()).toBe(false);
  now = { monotonic: 5_100, wall: 5_100 };
  expect(lease.valid()).toBe(false);
});

test('clocks that have run for months count the same, also where 32 bits are over', () => {
  for (const start of [0, 2 ** 31 - 100, 2 ** 31, 2 ** 32 - 100, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_000, 2 ** 41 - 1]) {
    let now: Moment = { monotonic: start, wall: start };
    const lease = createLease(() => now);
    lease.renewed(now);
    for (const [later, valid] of [
      [0, true],
      [500, true],
      [940, true],
      [960, false],
    ] as const) {
      now = { monotonic: start + later + 0.7, wall: start + later };
      expect(lease.valid(), `${start} + ${later}`).toBe(valid);
    }
  }
});

test('two on one memory are one lease', () => {
  const memory = new SharedArrayBuffer(leaseBytes);
  const now = () => ({ monotonic: 1_000, wall: 1_000 });
  const [hearing, serving] = [createLease(now, memory), createLease(now, memory)];
  expect(serving.valid()).toBe(false);
  hearing.renewed(now());
  expect(serving.valid()).toBe(true);
  hearing.lose();
  expect(serving.valid()).toBe(false);
});

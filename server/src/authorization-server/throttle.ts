/**
 * Slows down guessing: from the third failure for one name from one address, each further try must wait, twice as long each time, up to
 * five minutes. Counted per name and address together, so that nobody can lock out somebody else. One address that fails for many names (a
 * hospital's whole net is one address) waits too, but later. Kept in memory, per node: a restart forgives.
 */
export interface Throttle {
  /** Milliseconds since the epoch until which this name and address must wait; undefined = may try now. */
  waitUntil(name: string, address: string): number | undefined;
  /** Counts a try as failed before it is looked at, so that many at once count too; `succeeded` takes it back. */
  tried(name: string, address: string): void;
  succeeded(name: string, address: string): void;
}

interface Count {
  readonly failures: number;
  readonly until: number;
  readonly seen: number;
}

const FREE_PER_NAME = 3;
const FREE_PER_ADDRESS = 100;
const LONGEST_MS = 300_000;
const FORGET_MS = 3_600_000;
const KEPT = 50_000;

export function createThrottle(now: () => number = Date.now): Throttle {
  const counts = new Map<string, Count>();
  const pair = (name: string, address: string) => `${address} ${name.normalize('NFC').toLowerCase()}`;

  const failuresOf = (key: string) => {
    const count = counts.get(key);
    return count === undefined || now() - count.seen > FORGET_MS ? 0 : count.failures;
  };
  const note = (key: string, failures: number, free: number) => {
    counts.delete(key);
    if (failures <= 0) return;
    // The oldest counts go first; who fills the table has by then earned a wait for the address.
    if (counts.size >= KEPT) counts.delete(counts.keys().next().value ?? '');
    const wait = failures < free ? 0 : Math.min(LONGEST_MS, 1000 * 2 ** Math.min(failures - free, 20));
    counts.set(key, { failures, until: now() + wait, seen: now() });
  };

  return {
    waitUntil(name, address) {
      const until = Math.max(counts.get(pair(name, address))?.until ?? 0, counts.get(address)?.until ?? 0);
      return until > now() ? until : undefined;
    },
    tried(name, address) {
      const key = pair(name, address);
      note(key, failuresOf(key) + 1, FREE_PER_NAME);
      note(address, failuresOf(address) + 1, FREE_PER_ADDRESS);
    },
    succeeded(name, address) {
      counts.delete(pair(name, address));
      note(address, failuresOf(address) - 1, FREE_PER_ADDRESS);
    },
  };
}

/**
 * watches this machine's clock. A jump is told by the monotonic clock, a drift by a time server where one is configured (SNTP, RFC 5905 §14). Both are put on
 * record, with what the clock said before, and told to whoever runs the server. It must not set a clock, and must not stop anything: tokens have their own tolerance.
 */
import { randomUUID } from 'node:crypto';
import { askTime } from './ask-time.ts';
import type { AuditLog } from './audit-log.ts';

export interface ClockWatchOptions {
  readonly log: AuditLog;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that only go forward. Default the process's. */
  readonly monotonic?: () => number;
  /** `host` or `host:port`. */
  readonly server?: string | undefined;
  /** Milliseconds by which the clock may be wrong. */
  readonly tolerance: number;
  /** Tells people: one line. */
  readonly alarm: (title: string) => void;
  /** Milliseconds between two looks; the time server is asked at every tenth. Default 30,000. */
  readonly every?: number;
}

/** How the clock stands. */
export interface ClockState {
  /** `unwatched`: no time server is configured. `unknown`: none has answered yet, or the last time. */
  readonly state: 'right' | 'wrong' | 'unknown' | 'unwatched';
  /** Milliseconds by which the time server is ahead, when it was last heard; positive: this clock is behind. */
  readonly offset: number | undefined;
}

export interface ClockWatch {
  state(): ClockState;
  look(): Promise<void>;
  stop(): Promise<void>;
}

export function watchClock(options: ClockWatchOptions): ClockWatch {
  const { log, now, tolerance, server } = options;
  const monotonic = options.monotonic ?? (() => performance.now());
  let last = { wall: now(), steady: monotonic() };
  let skewed = false;
  let known: ClockState = { state: server === undefined ? 'unwatched' : 'unknown', offset: undefined };
  let looks = 0;

  async function tell(action: string, reason: string, failed: boolean): Promise<void> {
    const nothing = { patients: [], resources: [], masked: [], withheld: 0, rules: [] };
    await log.append({
      ...nothing,
      kind: 'administration',
      outcome: failed ? 'failure' : 'permit',
      action,
      reason,
      requestId: randomUUID(),
    });
    if (failed) options.alarm(reason);
  }

  async function look(): Promise<void> {
    const current = { wall: now(), steady: monotonic() };
    const jump = Math.round(current.wall - last.wall - (current.steady - last.steady));
    last = current;
    if (Math.abs(jump) > tolerance)
      await tell('clock-stepped', `The clock of this server jumped by ${jump} milliseconds.`, true);
    if (server !== undefined && looks % 10 === 0) await compare(server);
    looks += 1;
  }

  async function compare(host: string): Promise<void> {
    const offset = await askTime(host, now).catch(() => undefined);
    if (offset === undefined) {
      known = { ...known, state: 'unknown' };
      return; // A time server that is away says nothing of our clock.
    }
    const wrong = Math.abs(offset) > tolerance;
    known = { state: wrong ? 'wrong' : 'right', offset: Math.round(offset) };
    if (wrong && !skewed)
      await tell('clock-skewed', `The clock of this server differs from ${host} by ${Math.round(offset)} milliseconds.`, true);
    if (!wrong && skewed) await tell('clock-right', `The clock of this server agrees with ${host} again.`, false);
    skewed = wrong;
  }

  // At once, so that a server that starts with a wrong clock says so.
  let working: Promise<void> = server === undefined ? Promise.resolve() : compare(server).catch(() => undefined);
  const timer = setInterval(() => {
    working = working.then(look).catch(() => undefined);
  }, options.every ?? 30_000).unref();
  return {
    state: () => known,
    look,
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}

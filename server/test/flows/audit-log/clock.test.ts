/** a clock that jumps or differs is put on record and told; the order of the records holds all the same. */
import { expect, test } from 'vitest';
import { askTime } from '../../../src/audit-log/ask-time.ts';
import type { AuditDraft } from '../../../src/audit-log/audit-log.ts';
import { watchClock } from '../../../src/audit-log/clock-watch.ts';
import { timeServer } from './time-server.ts';

function memory() {
  const records: AuditDraft[] = [];
  return {
    records,
    log: {
      append: async (draft: AuditDraft) => {
        records.push(draft);
        return { ...draft, id: 'x', recorded: 0 };
      },
      searchable: async () => undefined,
      healthy: () => true,
      close: async () => undefined,
    },
  };
}

test('a jump of the wall clock, either way, is recorded once; running on is not', async () => {
  const { records, log } = memory();
  const alarms: string[] = [];
  let [wall, steady] = [1_000_000, 0];
  const watch = watchClock({
    log,
    now: () => wall,
    monotonic: () => steady,
    tolerance: 2_000,
    alarm: (line) => alarms.push(line),
    every: 1e9,
  });
  const pass = async (onWall: number, onSteady: number) => {
    wall += onWall;
    steady += onSteady;
    await watch.look();
  };
  await pass(30_000, 30_000);
  await pass(31_500, 30_000);
  expect(records).toEqual([]);
  await pass(3_630_000, 30_000);
  await pass(-570_000, 30_000);
  await pass(30_000, 30_000);
  expect(records.map(({ action, outcome }) => [action, outcome])).toEqual([
    ['clock-stepped', 'failure'],
    ['clock-stepped', 'failure'],
  ]);
  expect(alarms[0]).toContain('3600000 milliseconds');
  expect(alarms[1]).toContain('-600000 milliseconds');
  await watch.stop();
});

test('a difference to the time server is told when it begins and when it ends', async () => {
  const { records, log } = memory();
  let ahead = 5_000;
  const server = await timeServer(() => ahead);
  expect(Math.abs((await askTime(server.at, Date.now)) - 5_000)).toBeLessThan(1_000);
  const watch = watchClock({ log, now: Date.now, server: server.at, tolerance: 2_000, alarm: () => undefined, every: 1e9 });
  await watch.look();
  for (let look = 0; look < 10; look += 1) await watch.look();
  ahead = 0;
  for (let look = 0; look < 10; look += 1) await watch.look();
  expect(records.map(({ action }) => action)).toEqual(['clock-skewed', 'clock-right']);
  await watch.stop();
  server.close();
});

test('who answers without having seen the question is not heard, nor who does not know the time', async () => {
  const forged = await timeServer(
    () => 1e6,
    (answer) => answer.fill(7, 24, 32),
  );
  await expect(askTime(forged.at, Date.now)).rejects.toThrow(/does not answer/);
  forged.close();
  const lost = await timeServer(
    () => 0,
    (answer) => {
      answer[1] = 16;
    },
  );
  await expect(askTime(lost.at, Date.now)).rejects.toThrow(/does not know the time/);
  lost.close();
});

/** Where a process runs and what it used: taskset and /proc, so Linux only. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ties all threads of a process to one core; false when that cannot be done. */
export function pin(pid: number, core: number): boolean {
  return spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** As `pin`, of a PostgreSQL by its first process: each of its connections is a process that the first one has started. */
export function pinPostgres(pid: number, core: number): boolean {
  const started = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  // A process that has ended meanwhile is nobody's load.
  for (const each of started) pin(each, core);
  return pin(pid, core);
}

/** Lets all threads of a process go before any other on their core (chrt, for root only); false when that cannot be done. For what stands for another machine, and would else wait for this one. */
export function goFirst(pid: number): boolean {
  return spawnSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(pid)], { stdio: 'ignore' }).status === 0;
}

/** Which of two cores most interrupts of disks went to so far (proc(5), /proc/interrupts); 0 where that cannot be told. */
export function diskCore(): 0 | 1 {
  const disks = readFileSync('/proc/interrupts', 'utf8')
    .split('\n')
    .filter((line) => /nvme|ahci|scsi|mpt|virtio\d+-req/.test(line))
    .map((line) => line.trim().split(/\s+/).slice(1, 3).map(Number));
  const of = (core: 0 | 1): number => disks.reduce((sum, counts) => sum + (counts[core] || 0), 0);
  return of(1) > of(0) ? 1 : 0;
}

/** Busy and all time of a core so far, in ticks (proc(5), /proc/stat): with the interrupts of its sockets, which no process is charged for. */
export function coreTime(core: number): { readonly busy: number; readonly all: number } {
  const line = readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`cpu${core} `))!;
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  return { busy: all - ticks[3]! - ticks[4]!, all };
}

/** User and system time of a process so far, in seconds (proc(5): fields 14 and 15, in ticks of 1/100 s). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

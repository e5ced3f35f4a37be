/** Where a process runs and what it used: taskset and /proc, so Linux only. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ties all threads of a process to one core; false when that cannot be done. */
export function pin(pid: number, core: number): boolean {
  return spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** User and system time of a process so far, in seconds (proc(5): fields 14 and 15, in ticks of 1/100 s). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

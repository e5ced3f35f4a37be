/** Which processes belong to a home, as the system itself tells (Linux). Holds no assertions, ends nobody. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Ids of living processes that descend from `root`, that work in `home`, or that name it on their command line. */
export function processesOf(root: number, home: string): readonly number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (parents.get(pid) === root || descends(parents.get(pid)));
  return all.filter(
    (pid) =>
      pid !== process.pid &&
      isAlive(pid) &&
      (pid === root || descends(pid) || placesOf(pid).some((text) => text.includes(home))),
  );
}

export function isAlive(pid: number): boolean {
  const state = /^\d+ \(.*\) (\S)/s.exec(fileOf(pid, 'stat'))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function placesOf(pid: number): readonly string[] {
  try {
    return [fileOf(pid, 'cmdline'), readlinkSync(`/proc/${pid}/cwd`)];
  } catch {
    return [fileOf(pid, 'cmdline')];
  }
}

function parentOf(pid: number): number | undefined {
  const found = /^\d+ \(.*\) \S (\d+)/s.exec(fileOf(pid, 'stat'))?.[1];
  return found === undefined ? undefined : Number(found);
}

function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

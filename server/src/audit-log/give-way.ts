/** A thread that lets others go first where processors are short. */
import { getPriority, setPriority } from 'node:os';

/**
 * Lowers the priority of the thread that asks. Linux gives each thread one of its own, and 0 means the one that asks; elsewhere it would be the whole process. Only ever
 * lower: where the process was started low already, raising it is forbidden to ordinary users.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, Math.max(10, getPriority(0)));
}

/**
 * A small disk of its own beneath the journal, where this may be done (root, Linux): a tmpfs that can be full, or an ext4 on a loop device that can turn read-only beneath open files,
 * as the kernel makes it after an error of the disk. A remount as read-only would be refused while the journal is open, and would try nothing.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync } from 'node:fs';
import path from 'node:path';

export interface CrashDisk {
  readonly kind: 'none' | 'tmpfs' | 'ext4';
  fill(): void;
  /** Room again. */
  empty(): void;
  /** From here on no byte can be written, and what was not synced is gone; reading goes on. */
  turnReadOnly(): void;
  /** The operator mounts it again, beneath the running server. */
  repair(): void;
  close(): void;
}

export function crashDisk(wanted: 'tmpfs' | 'ext4', folder: string, at: string): CrashDisk {
  let image = path.join(at, 'disk.img');
  const ballast = path.join(folder, 'ballast');
  const aside = path.join(at, 'disk');
  let kind: CrashDisk['kind'] = wanted;
  try {
    if (process.getuid?.() !== 0) throw new Error('not root');
    if (wanted === 'tmpfs') run('mount', '-t', 'tmpfs', '-o', 'size=768m,mode=700', 'tmpfs', folder);
    else {
      run('truncate', '-s', '768M', image);
      run('mkfs.ext4', '-q', image);
      mount(folder);
    }
  } catch {
    kind = 'none';
  }

  function mount(where: string): void {
    const device = run('losetup', '-f', '--show', image).trim();
    try {
      run('mount', device, where);
    } finally {
      // While it is mounted it stays; afterwards it goes by itself.
      run('losetup', '-d', device);
    }
  }

  return {
    kind,
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      try {
        run('fallocate', '-l', String(bavail * bsize), ballast);
      } catch {
        // As full as it gets.
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    turnReadOnly: () => void run('mount', '-o', 'remount,abort', folder),
    repair() {
      run('mkdir', '-p', aside);
      // What reached the disk, as a disk of its own: the kernel may still write to the dead one, and must not write beneath the living.
      const found = `${image}.`;
      run('cp', '--sparse=always', image, found);
      rmSync(image);
      image = found;
      mount(aside);
      // Files that are open stay with the dead disk until the server lets go of them.
      run('sh', '-c', `umount -l "${folder}" && mount --move "${aside}" "${folder}"`);
    },
    close() {
      if (kind !== 'none') run('umount', '-l', folder);
    },
  };
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

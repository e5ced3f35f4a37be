/**
 * As whom PostgreSQL runs. It refuses to run as root, so root starts it in a user namespace in which root is called `nobody`: it keeps
 * root's access to files, so that a home in a 0700 folder works, and has none of root's privileges. Where namespaces are forbidden: as the
 * real `nobody`, if that account can reach the files.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { StorageError } from '../storage-error.ts';
import { type Binaries, copiedBinaries, linked } from './package.ts';

const run = promisify(execFile);

export interface Account {
  /** For messages: `as itself`, `in a user namespace`, `as nobody`. */
  readonly how: string;
  /** The operating-system name that PostgreSQL sees when we connect (peer authentication). */
  readonly peerName: string;
  /** How to start a program as this account. */
  command(file: string, args: readonly string[]): Command;
  /** Hands over a folder that we made. */
  own(folder: string): Promise<void>;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: { readonly uid?: number; readonly gid?: number };
}

/** The first account that can run the binaries and write in `folder`; with copied binaries where the installed ones are out of reach. */
export async function chooseAccount(installed: Binaries, folder: string): Promise<{ account: Account; binaries: Binaries }> {
  const failures: string[] = [];
  for (const account of candidates()) {
    await account.own(folder);
    const failure = await tryOut(account, installed, folder);
    if (failure === undefined) return { account, binaries: installed };
    if (failure.copyHelps) {
      const binaries = await copiedBinaries(installed, folder);
      const still = await tryOut(account, binaries, folder);
      if (still === undefined) return { account, binaries };
    }
    failures.push(`${account.how}: ${failure.why}`);
  }
  throw new StorageError(
    `managed PostgreSQL cannot be run here (${[...new Set(failures)].join('; ')}). Run as an ordinary user, choose a --home that it can reach, or use an external PostgreSQL (storage.mode: external)`,
  );
}

function candidates(): readonly Account[] {
  const uid = process.getuid?.() ?? -1;
  const nobody = passwordEntry('nobody') ?? { uid: 65534, gid: 65534 };
  if (uid !== 0) {
    const name = ownName();
    return name === undefined ? [inNamespace(nobody)] : [asOurselves(name)];
  }
  return [inNamespace(nobody), asNobody(nobody)];
}

function asOurselves(peerName: string): Account {
  return { how: 'as itself', peerName, command: (file, args) => ({ file, args, options: {} }), own: async () => undefined };
}

function inNamespace(nobody: { uid: number; gid: number }): Account {
  const unshare = ['-U', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`, '--'];
  return {
    how: 'in a user namespace',
    peerName: 'nobody',
    command: (file, args) => ({ file: 'unshare', args: [...unshare, file, ...args], options: {} }),
    own: async () => undefined,
  };
}

function asNobody(nobody: { uid: number; gid: number }): Account {
  return {
    how: 'as nobody',
    // Peer authentication sees us, who connect, and we are root.
    peerName: 'root',
    command: (file, args) => ({ file, args, options: { uid: nobody.uid, gid: nobody.gid } }),
    own: async (folder) => {
      await chown(folder, nobody.uid, nobody.gid);
      await chmod(folder, 0o700);
    },
  };
}

const unreachable = 71;
const unwritable = 72;

/** Undefined when it works, otherwise what went wrong in a few words, and whether binaries of our own would help. */
async function tryOut(
  account: Account,
  binaries: Binaries,
  folder: string,
): Promise<{ why: string; copyHelps: boolean } | undefined> {
  if (!linked(binaries)) return { why: 'the libraries of PostgreSQL are not linked', copyHelps: true };
  const script = `test -x "$1" || exit ${unreachable}; cd "$2" && test -w . || exit ${unwritable}; exec "$1" --version`;
  const { file, args, options } = account.command('/bin/sh', ['-c', script, 'sh', binaries.postgres, folder]);
  try {
    await run(file, args, { ...options, cwd: '/', timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr, message, code } = error as { stderr?: string; message: string; code?: number | string };
    if (code === unreachable) return { why: `${binaries.root} cannot be reached`, copyHelps: true };
    if (code === unwritable) return { why: `${folder} cannot be reached`, copyHelps: false };
    return { why: (stderr?.trim() || message).split('\n').at(-1)!, copyHelps: code === 126 || code === 127 };
  }
}

function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // A container that runs us as a number without a name.
  }
}

function passwordEntry(name: string): { uid: number; gid: number } | undefined {
  try {
    const fields = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) };
  } catch {
    return undefined;
  }
}

/**
 * Loaded into a server (`node --import`) whose power will be cut: beneath the folder named by FIREGUARD_UNSYNCED, what was written stays in this process until it is synced, so that
 * SIGKILL takes it along as a power loss would. By chance some pages arrive before their time and leave holes; a segment's name arrives when its folder is synced. With
 * FIREGUARD_UNSYNCED_LIES a sync does nothing: who tries the attack must then see it succeed. Other threads have the real files, and so see what is synced.
 */
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.env['FIREGUARD_UNSYNCED'];
const lies = process.env['FIREGUARD_UNSYNCED_LIES'] !== undefined;
const page = 4_096;
/** Of the pages, how many the kernel writes back by itself. */
const early = 0.3;
/** What a disk takes for a sync, in milliseconds, at most: most kills fall into it. */
const slow = 8;
const unnamed = new Set<string>();

type Held = { readonly at: number; readonly bytes: Uint8Array } | { readonly length: number };

if (folder !== undefined) {
  for (const name of fs.readdirSync(folder)) if (name.endsWith('.unnamed')) fs.rmSync(path.join(folder, name));
  const { open } = fs.promises;
  fs.promises.open = async (name, flags, mode) => {
    const file = String(name);
    if (file === folder) return folderHandle(await open(name, flags, mode));
    if (path.dirname(file) !== folder || flags === 'r' || flags === undefined) return open(name, flags, mode);
    // A handle of the kind whose writes are syncs: here the two are done one after the other, so that a kill can fall between them.
    const bits = typeof flags === 'number' ? flags : 0;
    const syncs = (bits & fs.constants.O_DSYNC) !== 0;
    const isNew = (bits & fs.constants.O_EXCL) !== 0 && /^\d{8}\.jsonl$/.test(path.basename(file));
    if (!isNew)
      return heldHandle(await open(name, syncs ? bits & ~fs.constants.O_DSYNC : flags, mode), {
        appending: flags === 'a',
        syncs,
      });
    if (fs.existsSync(file)) throw Object.assign(new Error(`EEXIST: ${file}`), { code: 'EEXIST' });
    unnamed.add(file);
    return heldHandle(await open(`${file}.unnamed`, 'w', mode), { appending: false, syncs });
  };
  syncBuiltinESMExports();
}

function folderHandle(handle: FileHandle): FileHandle {
  return over(handle, {
    async sync() {
      if (lies) return;
      for (const file of unnamed) fs.renameSync(`${file}.unnamed`, file);
      unnamed.clear();
      await handle.sync();
    },
  });
}

function heldHandle(handle: FileHandle, { appending, syncs }: { appending: boolean; syncs: boolean }): FileHandle {
  let held: Held[] = [];
  let size: number | undefined;
  const sizeNow = async () => (size ??= (await handle.stat()).size);

  async function put(bytes: Uint8Array, position: number): Promise<void> {
    size = Math.max(await sizeNow(), position + bytes.length);
    const copy = Uint8Array.from(bytes);
    const cut = held.some((one) => 'length' in one);
    held.push({ at: position, bytes: copy });
    if (cut || lies || appending) return;
    for (let at = 0; at < copy.length; at += page)
      if (Math.random() < early) await handle.write(copy, at, Math.min(page, copy.length - at), position + at);
  }
  async function release(): Promise<void> {
    if (lies) return;
    for (const one of held)
      if ('length' in one) await handle.truncate(one.length);
      else if (appending) await handle.appendFile(one.bytes);
      else for (let done = 0; done < one.bytes.length; ) done += await some(one.bytes, done, one.at);
    held = [];
  }
  const some = async (bytes: Uint8Array, done: number, at: number) =>
    (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;

  async function datasync(): Promise<void> {
    await sleep(Math.random() * slow);
    await release();
    await handle.datasync();
  }

  return over(handle, {
    async write(bytes: Uint8Array, from = 0, length = bytes.length - from, position = 0) {
      await put(bytes.subarray(from, from + length), position);
      if (syncs) await datasync();
      return { bytesWritten: length, buffer: bytes };
    },
    async writeFile(text: string) {
      await put(Buffer.from(text), await sizeNow());
    },
    async truncate(length = 0) {
      held.push({ length });
      size = length;
    },
    async stat() {
      return { size: await sizeNow() };
    },
    datasync,
    async sync() {
      await release();
      await handle.sync();
    },
  });
}

/** The handle with some of its ways exchanged. */
function over(handle: FileHandle, ways: object): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const found = Reflect.get(name in ways ? ways : target, name) as unknown;
      return typeof found === 'function' ? found.bind(name in ways ? ways : target) : found;
    },
  });
}

import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AdminApi } from '../../../src/admin-api/admin-api.ts';
import { listenLocally } from '../../../src/admin-api/local-socket.ts';
import { findSocket } from '../../../src/admin-api/socket-place.ts';
import { adminClient } from '../../../src/cli/admin-client.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(deep = ''): string {
  const top = mkdtempSync(path.join(tmpdir(), 'fireguard-socket-'));
  made.push(top);
  const home = path.join(top, deep);
  mkdirSync(home, { recursive: true });
  return home;
}

const api: AdminApi = {
  async mount(app) {
    app.get('/admin/status', async () => ({ here: true }));
  },
};

test('a home too deep for a socket (107 bytes) works all the same, and the file stays its owner’s', async () => {
  const home = folder(path.join(...Array.from({ length: 12 }, (_, at) => `a-rather-long-folder-${at}`)));
  const socket = await listenLocally(api, home);
  expect(lstatSync(path.join(home, 'admin.sock')).isSymbolicLink()).toBe(true);
  expect(Buffer.byteLength(await findSocket(home))).toBeLessThan(108);
  expect(statSync(socket.path).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(socket.path)).mode & 0o777).toBe(0o700);
  expect(await adminClient(home).call('GET', '/admin/status')).toEqual({ here: true });
  await socket.close();
  await expect(adminClient(home).call('GET', '/admin/status')).rejects.toThrow(/not running with home/);
  rmSync(path.dirname(socket.path), { recursive: true });
});

test('what a killed server left is taken over; one that answers is not', async () => {
  const home = folder();
  const file = path.join(home, 'admin.sock');
  // A process that binds and is killed leaves the file behind, with nobody listening.
  const child = spawn(
    process.execPath,
    ['-e', `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await expect(listenLocally(api, home)).rejects.toThrow(/already answers/);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  expect(lstatSync(file).isSocket()).toBe(true);
  const socket = await listenLocally(api, home);
  expect(await adminClient(home).call('GET', '/admin/status')).toEqual({ here: true });
  await socket.close();
});

test('a file that is not a socket is not removed', async () => {
  const home = folder();
  writeFileSync(path.join(home, 'admin.sock'), 'mine');
  await expect(listenLocally(api, home)).rejects.toThrow(/not a socket/);
});

test('something else that answers there is not taken for Fireguard', async () => {
  const home = folder();
  const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
  await new Promise<void>((resolve) => server.listen(path.join(home, 'admin.sock'), resolve));
  await expect(adminClient(home).call('GET', '/admin/status')).rejects.toThrow(/not Fireguard/);
  server.close();
});

/**
 * The admin API on a Unix socket in the home folder. INVARIANT: the file is 0600 from its first moment on (umask at bind, not chmod afterwards):
 * its permission is the authentication.
 */
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import fastify from 'fastify';
import type { AdminApi } from './admin-api.ts';
import { placeSocket } from './socket-place.ts';

export interface LocalSocket {
  readonly path: string;
  close(): Promise<void>;
}

/** `home` must exist. Throws when another server answers there. */
export async function listenLocally(api: AdminApi, home: string): Promise<LocalSocket> {
  const path = await placeSocket(home);
  await removeStale(path);
  const app = fastify({ logger: false, trustProxy: false });
  await api.mount(app, 'socket');
  await app.ready();
  const server = createServer((request, response) => app.routing(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // libuv binds before `listen` returns, so the mask is changed for that moment only.
    const before = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(before);
  });
  await chmod(path, 0o600);
  return {
    path,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await app.close();
      await unlink(path).catch(() => undefined);
    },
  };
}

/** What a killed server left behind. A socket on which somebody answers is not ours to take. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} exists and is not a socket: remove it, or choose another --home`);
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (alive) throw new Error(`another Fireguard already answers on ${path}: stop it, or choose another --home`);
  await unlink(path);
}

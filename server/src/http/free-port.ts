/**
 * A port that is free now. URLs are part of tokens and documents, so they must be known before anything listens. Below those that systems give to outgoing
 * connections (RFC 6335 §6, and Linux's own from 32768): one of those could be gone before it is used.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 10_240;
const BEYOND = 32_768;
const TRIES = 50;

export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, BEYOND);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`no free port on ${host}`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

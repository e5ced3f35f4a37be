/** Ports of this machine that nobody has at the moment. */
import { createServer } from 'node:net';

/** One that is free together with the next, which the demo takes for its API. */
export async function freePair(): Promise<number> {
  for (;;) {
    const first = await probe(0, 'localhost');
    if (first !== undefined && first < 65_535 && (await probe(first + 1, '127.0.0.1')) !== undefined) return first;
  }
}

export async function freePort(): Promise<number> {
  return (await probe(0, '127.0.0.1')) ?? freePort();
}

async function probe(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, host, () => resolve(true));
  });
  const address = server.address();
  if (free) await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

/** Whether the two ports are free, said before anything is made; and a third, any, for the simulated EHR. */
import { createServer } from 'node:net';
import { DemoProblem } from './options.ts';

export async function needFreePorts(port: number): Promise<void> {
  for (const [host, wanted] of [
    ['localhost', port],
    ['127.0.0.1', port + 1],
  ] as const) {
    const problem = await tryToListen(host, wanted);
    if (problem === 'EADDRINUSE')
      throw new DemoProblem(`Port ${wanted} is in use. Stop what uses it, or take another with --port.`);
    if (problem === 'EACCES')
      throw new DemoProblem(`Port ${wanted} is not allowed for this user. Take one above 1023 with --port.`);
    if (problem !== undefined) throw new DemoProblem(`Cannot listen on ${host}:${wanted} (${problem}).`);
  }
}

/** `wanted` when nobody has it, or any free one: two demos side by side must not be in each other's way. */
export async function freePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await tryToListen('127.0.0.1', wanted)) === undefined) return wanted;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

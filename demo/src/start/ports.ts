/** Whether the three ports are free, said before anything is made. */
import { createServer } from 'node:net';
import { DemoProblem } from './options.ts';

export async function needFreePorts(port: number): Promise<void> {
  for (const [host, wanted] of [
    ['localhost', port],
    ['127.0.0.1', port + 1],
    ['127.0.0.1', port + 2],
  ] as const) {
    const problem = await tryToListen(host, wanted);
    if (problem === 'EADDRINUSE')
      throw new DemoProblem(`Port ${wanted} is in use. Stop what uses it, or take another with --port.`);
    if (problem === 'EACCES')
      throw new DemoProblem(`Port ${wanted} is not allowed for this user. Take one above 1023 with --port.`);
    if (problem !== undefined) throw new DemoProblem(`Cannot listen on ${host}:${wanted} (${problem}).`);
  }
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

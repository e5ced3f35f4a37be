/**
 * The demo FHIR server as a process: `main.ts --home DIR [--port 0] (--credential-env NAME | --credential-stdin)`. Says `{"port":…,"url":…}` in one line
 * on stdout once it serves. The credential never stands in the arguments, which everyone on the machine can read. It stops on SIGTERM
 * and SIGINT, and when its parent is gone (stdin or the IPC channel closes); kill -9 loses nothing that was answered.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startFhirServer } from './start-fhir-server.ts';

try {
  await main();
} catch (error) {
  process.stderr.write(`demo FHIR server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      port: { type: 'string', default: '0' },
      'credential-env': { type: 'string' },
      'credential-stdin': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('--port takes a port number');
  const credential = values['credential-stdin'] ? await firstLine() : process.env[values['credential-env'] ?? ''];
  if (credential === undefined || credential === '')
    throw new Error('give the credential by --credential-env NAME or --credential-stdin');
  const server = await startFhirServer({ port, credential, ...(values.home === undefined ? {} : { home: values.home }) });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
  process.stdin.on('end', stop).on('close', stop).resume();
  process.stdout.on('error', stop);
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(server.url).port), url: server.url })}\n`);
}

function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      lines.removeAllListeners('close');
      lines.close();
      resolve(line);
    });
    lines.once('close', () => resolve(''));
  });
}

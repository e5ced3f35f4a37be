/** The command line's way to the admin API: HTTP over the Unix socket in the home folder. */
import { request } from 'node:http';
import path from 'node:path';
import { findSocket } from '../admin-api/socket-place.ts';
import { CliError } from './cli-error.ts';

export interface AdminClient {
  /** The answer's body. Throws CliError with the server's own words when it is refused. */
  call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', target: string, body?: unknown): Promise<Answer>;
}

/** `home`: as given; default `./.fireguard`. */
export function adminClient(home: string | undefined): AdminClient {
  const folder = path.resolve(home ?? '.fireguard');
  return {
    async call(method, target, body) {
      const { status, text } = await exchange(await findSocket(folder), method, target, body, folder);
      const answer = parsed(text);
      if (status >= 200 && status < 300) return answer as never;
      const { error_description: words } = answer as { error_description?: string };
      throw new CliError(words ?? `Fireguard answered ${status}. Its log tells more.`);
    },
  };
}

function exchange(
  socketPath: string,
  method: string,
  target: string,
  body: unknown,
  folder: string,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers =
      payload === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(payload.length) };
    const outgoing = request(
      { socketPath, method, path: target, headers: { Host: 'localhost', ...headers }, timeout: 600_000 },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        answer.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new CliError('Fireguard did not answer for ten minutes. Look at its log.')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(asCliError(error, folder)));
    outgoing.end(payload);
  });
}

function asCliError(error: NodeJS.ErrnoException, folder: string): Error {
  if (error instanceof CliError) return error;
  if (error.code === 'EACCES')
    return new CliError(
      `You may not open the admin socket in ${folder}: it belongs to the account that runs Fireguard. Run this as that account.`,
    );
  return new CliError(
    `Fireguard is not running with home ${folder}; start it with: fireguard serve --home ${folder} --config FILE (or name its home with --home).`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('What answered on the admin socket is not Fireguard. Look at --home.');
  }
}

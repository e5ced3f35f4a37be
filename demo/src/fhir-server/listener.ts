// The socket: only loopback, only with the credential, bodies up to a limit; and how a request from the network becomes one of ours.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, json, outcomeText, Refusal, refused } from './answer.ts';
import { parameters, type ServerRequest } from './request.ts';
import { JournalFailure } from './storage/journal.ts';

const MOST_BODY = 64 * 1024 * 1024;
/** Links of searches for hundreds of ids are long. */
const MOST_HEADERS = 1024 * 1024;

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

export type Handle = (request: ServerRequest) => Promise<Answer>;

/** Listens on 127.0.0.1, path `/fhir`. Rejects with the system's error when the port is taken. */
export async function listen(port: number, credential: string, handler: (port: number) => Handle): Promise<Listener> {
  const server = createServer({ maxHeaderSize: MOST_HEADERS, keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  const handle = handler(actual);
  const expected = digest(`Bearer ${credential}`);
  server.on(
    'request',
    (incoming: IncomingMessage, outgoing: ServerResponse) => void respond(incoming, outgoing, expected, handle),
  );
  return { port: actual, close: () => closed(server) };
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, expected: Buffer, handle: Handle): Promise<void> {
  let answer: Answer;
  outgoing.on('error', () => {});
  try {
    // INVARIANT: nothing is read of a request, not even its path, before its credential.
    if (!timingSafeEqual(digest(incoming.headers.authorization ?? ''), expected))
      throw new Refusal(401, 'login', 'a credential is needed');
    answer = await handle(await understood(incoming));
  } catch (error) {
    // A client that went away in the middle of its body is no failure of ours.
    if (incoming.destroyed && !incoming.complete) return;
    answer = error instanceof Refusal ? refused(error) : failed(error);
  }
  incoming.resume();
  const { status, headers, body } = answer;
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(body?.length ?? 0) };
  outgoing.writeHead(status, { ...headers, ...length, 'cache-control': 'no-store' });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
}

async function understood(incoming: IncomingMessage): Promise<ServerRequest> {
  const method = (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find((each) => each === incoming.method);
  if (method === undefined) throw new Refusal(405, 'not-supported', 'this method is not served here');
  const [path = '', query = ''] = (incoming.url ?? '').split(/\?(.*)/s);
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  if (segments[0] !== 'fhir') throw new Refusal(404, 'not-found', 'no such path');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  try {
    return {
      method,
      path: segments.slice(1).map(decodeURIComponent),
      parameters: parameters(query),
      headers,
      body: await bodyOf(incoming),
    };
  } catch (error) {
    if (error instanceof URIError) throw new Refusal(400, 'value', 'broken percent-encoding');
    throw error;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BODY) throw new Refusal(413, 'too-long', 'the body is too large');
    pieces.push(piece);
  }
  return length === 0 ? undefined : Buffer.concat(pieces);
}

function failed(error: unknown): Answer {
  const expected = error instanceof JournalFailure;
  process.stderr.write(
    `demo FHIR server: ${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  return expected
    ? json(503, outcomeText('error', 'exception', `the store cannot be written (${error.reason})`))
    : json(500, outcomeText('error', 'exception', 'the server failed'));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2000).unref();
  });
}

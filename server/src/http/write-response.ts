/** Writes an answer to the socket exactly as given: Node adds only `Date` and the connection's own headers. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse, StreamedResponse } from './incoming.ts';

/** A HEAD is answered with the headers of its GET (RFC 9110 §9.3.2). Statuses that have no body get none. */
export function writeResponse(message: IncomingMessage, response: ServerResponse, answer: HttpResponse): void {
  const bodiless = answer.status === 204 || answer.status === 304;
  const lines: string[] = [];
  for (const [name, value] of answer.headers) lines.push(name, value);
  if (!bodiless) lines.push('Content-Length', String(answer.body.length));
  // A body that we did not read to its end cannot be followed by another request.
  if (!message.complete && hasBody(message)) lines.push('Connection', 'close');
  response.writeHead(answer.status, lines);
  if (bodiless || message.method === 'HEAD') response.end();
  else response.end(answer.body);
}

/** Piece by piece, each when the one before has gone: memory does not grow with what is told. */
export async function writeStream(message: IncomingMessage, response: ServerResponse, answer: StreamedResponse): Promise<void> {
  response.writeHead(answer.status, answer.headers.flat());
  if (message.method === 'HEAD') return void response.end();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const piece of answer.stream) {
    if (response.destroyed) return;
    if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal });
  }
  response.end();
}

function hasBody(message: IncomingMessage): boolean {
  return message.headers['content-length'] !== undefined || message.headers['transfer-encoding'] !== undefined;
}

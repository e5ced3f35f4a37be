/** Writes an answer to the socket exactly as given: Node adds only `Date` and the connection's own headers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from './incoming.ts';

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

function hasBody(message: IncomingMessage): boolean {
  return message.headers['content-length'] !== undefined || message.headers['transfer-encoding'] !== undefined;
}

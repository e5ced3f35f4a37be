/**
 * A request whose body has been read and is given to oidc-provider again: the same method, headers and socket, and the body as a stream.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export function replayedRequest(original: IncomingMessage, url: string, body: string): IncomingMessage {
  const bytes = Buffer.from(body, 'utf8');
  const headers: IncomingHttpHeaders = {
    ...original.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(bytes.length),
  };
  delete headers['transfer-encoding'];
  const { method, httpVersion, httpVersionMajor, httpVersionMinor, socket } = original;
  const replay = Object.assign(Readable.from([bytes], { objectMode: false }), {
    method,
    url,
    headers,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    socket,
    connection: socket,
    complete: true,
  });
  return replay as unknown as IncomingMessage;
}

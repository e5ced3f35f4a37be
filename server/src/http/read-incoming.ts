/** Makes an `Incoming` of Node's message: from the raw header lines, because Node's own map joins or drops repeated ones (RFC 9110 §5.3). */
import type { IncomingMessage } from 'node:http';
import { Problem } from '@fireguard/engine';
import { clientCertificate } from './client-certificate.ts';
import type { Incoming } from './incoming.ts';

const EMPTY = new Uint8Array(0);

/** `maxBody` in bytes. `target` is given by the listener, which keeps it from the router. */
export function readIncoming(message: IncomingMessage, target: string, maxBody: number): Incoming {
  let body: Promise<Uint8Array> | undefined;
  return Object.freeze({
    method: message.method ?? '',
    target,
    headers: headerLines(message.rawHeaders),
    address: plainAddress(message.socket.remoteAddress),
    certificate: () => clientCertificate(message),
    body: () => (body ??= readBody(message, maxBody)),
  });
}

function headerLines(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    const known = lines.get(name);
    if (known === undefined) lines.set(name, [raw[at + 1]!]);
    else known.push(raw[at + 1]!);
  }
  return lines;
}

/** `::ffff:10.0.0.1` is 10.0.0.1 seen through a dual-stack socket. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function readBody(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  const announced = message.headers['content-length'];
  if (announced === undefined && message.headers['transfer-encoding'] === undefined) return Promise.resolve(EMPTY);
  if (announced !== undefined && Number(announced) > limit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        message.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    message.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    message.on('error', (cause) => reject(new Problem('request-not-understood', 'The request ended early.', { cause })));
    message.on('close', () => {
      if (!message.complete) reject(new Problem('request-not-understood', 'The request ended early.'));
    });
  });
}

function tooLarge(): Problem {
  return new Problem('body-too-large', 'The request body is too large.');
}

/**
 * The load: 64 keep-alive connections on bare sockets, one request in flight on each, for a bounded time; its own process. Loopback only.
 * Prints `{ requests, seconds, bytes, other }`, where `other` counts the answers that were not 200.
 */
import { connect } from 'node:net';

const [, , port, path, token, seconds, connections] = process.argv as unknown as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const request = Buffer.from(
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/fhir+json\r\n${token === '-' ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`,
);

let requests = 0;
let other = 0;
let bytes = 0;
const started = performance.now();
const end = started + Number(seconds) * 1000;

function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    let head: Buffer[] = [];
    let remaining = -1;
    socket.on('connect', () => socket.write(request));
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      let data = chunk;
      if (remaining < 0) {
        head.push(chunk);
        data = head.length === 1 ? chunk : Buffer.concat(head);
        const stop = data.indexOf('\r\n\r\n');
        if (stop < 0) return;
        const text = data.toString('latin1', 0, stop);
        if (!text.startsWith('HTTP/1.1 200')) other += 1;
        remaining = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
        data = data.subarray(stop + 4);
        head = [];
      }
      remaining -= data.length;
      if (remaining > 0) return;
      remaining = -1;
      requests += 1;
      if (performance.now() < end) socket.write(request);
      else socket.end();
    });
  });
}

await Promise.all(Array.from({ length: Number(connections) }, run));
console.log(JSON.stringify({ requests, seconds: (performance.now() - started) / 1000, bytes, other }));

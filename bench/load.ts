/**
 * The load: 64 keep-alive connections on bare sockets, one request in flight on each, for a bounded time; its own process. Loopback only.
 * Prints `{ requests, seconds, bytes, other, p50, p95, p99 }`, where `other` counts the answers that were not 200 and the last three are milliseconds. With a rate (requests per
 * second, over all connections) each connection waits for its turn, and the first second is left out of the milliseconds: in it the load itself is slow, being new. Without one it asks again at once.
 */
import { connect } from 'node:net';

const [, , port, path, token, seconds, connections, rate = '0'] = process.argv as unknown as [
  string,
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
const took: number[] = [];
/** Milliseconds between two requests of one connection. */
const turn = Number(rate) === 0 ? 0 : (Number(connections) * 1000) / Number(rate);
const warmUp = turn === 0 ? 0 : 1_000;
const started = performance.now();
const end = started + Number(seconds) * 1000;

function run(_one: unknown, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    let head: Buffer[] = [];
    let remaining = -1;
    let sent = 0;
    let next = performance.now() + (turn * index) / Number(connections);
    const ask = (): void => {
      sent = performance.now();
      socket.write(request);
    };
    const askInTurn = (): void => {
      // Who is late does not catch up, and keeps to its own moments: that would be another load, and those who waited together would ask together ever after.
      next += turn * Math.max(1, Math.ceil((performance.now() - next) / turn));
      setTimeout(ask, Math.max(1, next - performance.now()));
    };
    socket.on('connect', () => (turn === 0 ? ask() : askInTurn()));
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
      const now = performance.now();
      if (sent - started >= warmUp) took.push(now - sent);
      if (now >= end) socket.end();
      else if (turn === 0) ask();
      else askInTurn();
    });
  });
}

await Promise.all(Array.from({ length: Number(connections) }, run));
took.sort((a, b) => a - b);
const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
const latency = { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
console.log(JSON.stringify({ requests, seconds: (performance.now() - started) / 1000, bytes, other, ...latency }));

/**
 * An upstream of ready bytes on a bare socket: as fast as Node can be, so that what stands in front of it is what is measured. Answers by the
 * request line alone: the three cases, an empty Bundle for every other search (the gateway's fact queries), its metadata, 404 for the rest.
 */
import { createServer } from 'node:net';
import { cases } from './cases.ts';

function answer(status: string, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json;charset=utf-8\r\nETag: W/"1"\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const read = answer('200 OK', cases[0]!.body);
const search20 = answer('200 OK', cases[1]!.body);
const search1000 = answer('200 OK', cases[2]!.body);
const nothing = answer('200 OK', '{"resourceType":"Bundle","type":"searchset","total":0,"link":[]}');
const metadata = answer(
  '200 OK',
  '{"resourceType":"CapabilityStatement","status":"active","date":"2026-01-01","kind":"instance","fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":[{"type":"Observation","interaction":[{"code":"read"},{"code":"search-type"}]}]}]}',
);
const absent = answer('404 Not Found', '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}');

function choose(line: string): Buffer {
  if (line.startsWith('GET /Observation/o-')) return read;
  if (line.startsWith('GET /Observation?')) return line.includes('8480-6') ? search1000 : search20;
  if (line.startsWith('GET /metadata')) return metadata;
  return /^(GET|POST) \/[A-Za-z]+(\?|\/_search)/.test(line) ? nothing : absent;
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const head = pending.slice(0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (pending.length < end + 4 + length) return;
      pending = pending.slice(end + 4 + length);
      socket.write(choose(head));
    }
  });
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as { port: number }).port })));
process.on('disconnect', () => process.exit(0));

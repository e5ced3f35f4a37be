/**
 * What Fireguard is compared with: an unfiltered proxy of `node:http` and undici that buffers the body (`--mode plain`), and the same one that
 * parses and prints the JSON in between without deciding anything (`--mode parse`).
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [, , mode, upstream] = process.argv;
const pool = new Pool(upstream!, { connections: 64 });

const server = createServer(async (request, response) => {
  try {
    const answer = await pool.request({ method: 'GET', path: request.url!.slice('/fhir'.length) });
    const body = Buffer.from(await answer.body.arrayBuffer());
    const out = mode === 'parse' ? Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8')))) : body;
    response.writeHead(answer.statusCode, {
      'content-type': 'application/fhir+json;charset=utf-8',
      'content-length': out.length,
    });
    response.end(out);
  } catch {
    response.writeHead(502).end();
  }
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as { port: number }).port })));
process.on('disconnect', () => process.exit(0));

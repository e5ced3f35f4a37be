/** `/healthz`: the process answers. `/readyz`: it can serve. Neither says why not; the log does. */
import type { FastifyInstance } from 'fastify';
import type { RawHandler } from './listener.ts';

const headers = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' };

export function mountHealth(app: FastifyInstance, ready: () => boolean): void {
  app.get('/healthz', (_request, reply) => reply.headers(headers).send('{"status":"ok"}'));
  app.get('/readyz', (_request, reply) => {
    const is = ready();
    return reply
      .headers(headers)
      .code(is ? 200 : 503)
      .send(is ? '{"status":"ready"}' : '{"status":"not ready"}');
  });
}

/** The same on a listener that has one door, for a process without pages. Everything else is the door's. */
export function rawHealth(door: RawHandler, ready: () => boolean): RawHandler {
  return (message, response, target) => {
    const asked = message.method === 'GET' ? target : '';
    if (asked !== '/healthz' && asked !== '/readyz') return door(message, response, target);
    const is = asked === '/healthz' || ready();
    const status = asked === '/healthz' ? 'ok' : is ? 'ready' : 'not ready';
    response.writeHead(is ? 200 : 503, headers).end(JSON.stringify({ status }));
  };
}

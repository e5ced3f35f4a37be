/** `/healthz`: the process answers. `/readyz`: it can serve. Neither says why not; the log does. */
import type { FastifyInstance } from 'fastify';

export function mountHealth(app: FastifyInstance, ready: () => boolean): void {
  const headers = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' };
  app.get('/healthz', (_request, reply) => reply.headers(headers).send('{"status":"ok"}'));
  app.get('/readyz', (_request, reply) => {
    const is = ready();
    return reply
      .headers(headers)
      .code(is ? 200 : 503)
      .send(is ? '{"status":"ready"}' : '{"status":"not ready"}');
  });
}

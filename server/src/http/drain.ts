/** Stops a listener: no new connections, requests in work finish within the time given, then the rest is cut. */
import type { FastifyInstance } from 'fastify';

export async function drain(app: FastifyInstance, ms: number): Promise<void> {
  // A kept-alive connection becomes idle only after its answer; whatever is idle need not be waited for.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  const cut = setTimeout(() => app.server.closeAllConnections(), ms);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(cut);
  }
}

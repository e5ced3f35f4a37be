/** The host check for the pages' listener (DNS rebinding): an unknown name gets a bare 421 before any route is looked at. */
import type { FastifyInstance } from 'fastify';
import type { Hosts } from './hosts.ts';

export function guardHost(app: FastifyInstance, hosts: Hosts): void {
  app.addHook('onRequest', async (request, reply) => {
    const lines: string[] = [];
    const raw = request.raw.rawHeaders;
    for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at]!.toLowerCase() === 'host') lines.push(raw[at + 1]!);
    if (!hosts.accepts(lines)) return reply.code(421).header('Cache-Control', 'no-store').send();
  });
}

/** Starts a listener; a port that is taken is one clear line. */
import type { FastifyInstance } from 'fastify';

export async function listen(app: FastifyInstance, place: { readonly host: string; readonly port: number }): Promise<void> {
  try {
    await app.listen({ host: place.host, port: place.port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${place.port} on ${place.host} is in use. Stop what uses it, or choose another port.`);
    if (code === 'EACCES')
      throw new Error(`Port ${place.port} on ${place.host} may not be opened by this user. Choose one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new Error(`${place.host} is not an address of this machine.`);
    throw error;
  }
}

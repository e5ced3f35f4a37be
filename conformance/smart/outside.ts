/** What apps have on the internet, in one HTTPS listener on this machine: the keys that they publish, and where they are told of sign-outs. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Outside {
  /** No slash at its end. */
  readonly url: string;
  /** The key set at `/jwks/<name>`, from now on. */
  publish(name: string, keys: readonly object[], cacheControl: string): void;
  /** How often it was fetched. */
  fetched(name: string): number;
  /** Bodies that came to `/logout`, in order. */
  readonly signOuts: readonly string[];
  close(): Promise<void>;
}

export async function openOutside(tls: { readonly key: string; readonly cert: string }): Promise<Outside> {
  const sets = new Map<string, { readonly body: string; readonly cacheControl: string; fetched: number }>();
  const signOuts: string[] = [];
  const server = createServer(tls, (request, response) => {
    const set = sets.get(request.url ?? '');
    if (set !== undefined && request.method === 'GET') {
      set.fetched += 1;
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': set.cacheControl }).end(set.body);
    } else if (request.url === '/logout' && request.method === 'POST') {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        signOuts.push(body);
        response.writeHead(200, { 'cache-control': 'no-store' }).end();
      });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return Object.freeze({
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    publish: (name: string, keys: readonly object[], cacheControl: string) =>
      void sets.set(`/jwks/${name}`, { body: JSON.stringify({ keys }), cacheControl, fetched: 0 }),
    fetched: (name: string) => sets.get(`/jwks/${name}`)?.fetched ?? 0,
    signOuts,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

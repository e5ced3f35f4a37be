/** `Upstream` over an undici Pool: bounded in connections, time and bytes; one origin, no redirects, no cookies, no compression. */
import { UpstreamRequest } from '@fireguard/engine';
import { Pool } from 'undici';
import type { UpstreamSettings } from './config.ts';
import { authorizationFor } from './credentials.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { Upstream } from './upstream.ts';

/** The way to an upstream, and the path of its base with a slash at its end. */
export function wayTo(settings: UpstreamSettings): Exchange & { readonly prefix: string } {
  const base = new URL(settings.url);
  const pool = new Pool(base.origin, {
    connections: settings.connections,
    connect: { timeout: settings.connectTimeoutMs },
    headersTimeout: settings.headersTimeoutMs,
    bodyTimeout: settings.bodyTimeoutMs,
    maxResponseSize: settings.maxAnswerBytes + 1,
    pipelining: 1,
  });
  const prefix = base.pathname === '/' ? '/' : `${base.pathname}/`;
  const authorization = authorizationFor(settings.credentials);
  return { pool, authorization, maxBytes: settings.maxAnswerBytes, bodyMs: settings.bodyTimeoutMs, prefix };
}

export function pooledUpstream(settings: UpstreamSettings): Upstream {
  const way = wayTo(settings);
  const { pool, prefix } = way;
  const READ = new Map([
    ['accept', 'application/fhir+json'],
    ['prefer', 'handling=strict'],
  ]);
  return Object.freeze<Upstream>({
    base: settings.url,
    send(request) {
      // INVARIANT: only what the engine planned is sent (I3's other half); a look-alike is a bug, not a request.
      if (!UpstreamRequest.isUpstreamRequest(request)) throw new Error('not planned');
      const { method, headers, body, writes } = request;
      return exchange(way, { method, path: prefix + below(request.path), headers, body, writes });
    },
    look: (path) => exchange(way, { method: 'GET', path: prefix + below(path), headers: READ, body: undefined, writes: false }),
    close: () => pool.close(),
  });
}

/** INVARIANT: a path stays below the base: relative, no dot segments, nothing that a URL parser would read as another place. */
function below(path: string): string {
  const relative = path.startsWith('/') ? path.slice(1) : path;
  if (/^[/\\]|[\s\\#]|[^\x21-\x7e]/.test(relative) || /(^|\/)\.{1,2}(\/|$|\?)/.test(relative.split('?', 1)[0]!))
    throw new Error('path leaves the base');
  return relative;
}

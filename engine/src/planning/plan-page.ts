/**
 * A further upstream page, from the `next` link that the upstream gave or from a hint that we kept. Following a link is the one place where
 * an upstream tells us what to ask, so it may lead nowhere but below its own base.
 */
import { Problem } from '../problem.ts';
import type { Dialect } from './dialect.ts';
import { searchMessage } from './search-message.ts';
import type { UpstreamRequest } from './upstream-request.ts';

/** The link of a search for many ids repeats them all. */
const LONGEST = 128 * 1024;

/** The request for a path below the upstream's base. Throws Problem `upstream-odd` when it could lead elsewhere. */
export function planPage(path: string, dialect: Pick<Dialect, 'postSearch'>): UpstreamRequest {
  if (!staysBelow(path)) throw odd();
  return searchMessage(path, dialect);
}

/** The path of a `next` link: absolute under the base, or relative to it. */
export function pagePath(url: string, upstreamBase: string): string {
  const rest = url.startsWith(upstreamBase) ? url.slice(upstreamBase.length) : undefined;
  if (rest !== undefined && (rest.startsWith('/') || rest.startsWith('?')))
    return checked(rest.startsWith('/') ? rest.slice(1) : rest);
  return checked(url);
}

function checked(path: string): string {
  if (!staysBelow(path)) throw odd();
  return path;
}

/** Printable ASCII, a path of plain segments, a query, no fragment; no scheme, no host, no way up. */
function staysBelow(path: string): boolean {
  if (path.length === 0 || path.length > LONGEST || !/^[\x21\x22\x24-\x5b\x5d-\x7e]+$/.test(path)) return false;
  const query = path.indexOf('?');
  const place = query < 0 ? path : path.slice(0, query);
  if (place === '') return query === 0;
  return place.split('/').every((part) => /^[A-Za-z0-9\-._$]+$/.test(part) && part !== '.' && part !== '..');
}

function odd(): Problem {
  return new Problem('upstream-odd', 'The server behind gave an answer that cannot be used.', {
    detail: 'next link leads elsewhere',
  });
}

/** Everything that a search finds, page after page, or a Problem: half a fact would permit or deny by accident. */
import { type JsonDocument, type JsonNode, NONE, name, Problem, scan } from '@fireguard/engine';
import type { Upstream } from '../upstream/upstream.ts';

export interface FoundResource {
  readonly document: JsonDocument;
  readonly node: JsonNode;
  readonly type: string;
  readonly id: string;
}

export interface SearchBounds {
  readonly pageSize: number;
  readonly maxPages: number;
}

/** The cause of a Problem that a narrower question could avoid. */
export class TooManyPages extends Error {}

const ENTRY = name('entry');
const RESOURCE = name('resource');
const RESOURCE_TYPE = name('resourceType');
const ID = name('id');
const LINK = name('link');
const RELATION = name('relation');
const URL_NAME = name('url');
const NEXT = name('next');
const BUNDLE = name('Bundle');

/** `parameters` as [name, value], encoded here. Only resources of `type` are given; what an upstream adds is not looked at. */
export async function searchAll(
  upstream: Upstream,
  type: string,
  parameters: readonly (readonly [string, string])[],
  bounds: SearchBounds,
): Promise<readonly FoundResource[]> {
  const query = [...parameters, ['_count', String(bounds.pageSize)] as const];
  let path: string | undefined = `${type}?${query.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`;
  const found: FoundResource[] = [];
  const seen = new Set<string>();
  for (let page = 0; path !== undefined; page++) {
    if (page >= bounds.maxPages || seen.has(path))
      throw unavailable(`${type}: more pages than may be read`, new TooManyPages());
    seen.add(path);
    const document = await pageAt(upstream, path, type);
    collect(document, type, found);
    path = nextOf(document, upstream.base);
  }
  return found;
}

async function pageAt(upstream: Upstream, path: string, type: string): Promise<JsonDocument> {
  const answer = await upstream.look(path).catch((cause: unknown) => {
    throw unavailable(`${type}: the upstream could not be asked`, cause);
  });
  if (answer.status !== 200) throw unavailable(`${type}: status ${answer.status}`);
  const document = scan(answer.body);
  if (!document.stringIs(document.member(document.root, RESOURCE_TYPE), BUNDLE)) throw unavailable(`${type}: not a Bundle`);
  return document;
}

function collect(document: JsonDocument, type: string, into: FoundResource[]): void {
  const entries = document.member(document.root, ENTRY);
  if (!document.isArray(entries)) return;
  for (let entry = document.first(entries); entry !== NONE; entry = document.next(entry)) {
    const node = document.member(entry, RESOURCE);
    if (document.string(document.member(node, RESOURCE_TYPE)) !== type) continue;
    const id = document.string(document.member(node, ID));
    if (id !== undefined) into.push({ document, node, type, id });
  }
}

/** The path of the next page below the base. INVARIANT: a link to anywhere else is not followed (SSRF, API10). */
function nextOf(document: JsonDocument, base: string): string | undefined {
  const links = document.member(document.root, LINK);
  if (!document.isArray(links)) return undefined;
  for (let link = document.first(links); link !== NONE; link = document.next(link)) {
    if (!document.stringIs(document.member(link, RELATION), NEXT)) continue;
    const url = document.string(document.member(link, URL_NAME)) ?? '';
    const absolute = URL.canParse(url, `${base}/`) ? new URL(url, `${base}/`) : undefined;
    if (absolute === undefined) throw unavailable('a next link that is no URL');
    if (absolute.href.startsWith(`${base}/`)) return absolute.href.slice(base.length + 1);
    if (absolute.href.startsWith(`${base}?`)) return absolute.href.slice(base.length);
    throw unavailable('a next link that leaves the upstream');
  }
  return undefined;
}

export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem('facts-unavailable', 'This cannot be decided at the moment.', { detail, cause });
}

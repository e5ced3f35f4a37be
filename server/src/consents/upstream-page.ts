/** One page of the upstream's own list: its entries as they came, and where it goes on. It is checked again by the engine once it is part of ours. */
import { type JsonDocument, type JsonNode, type Name, NONE, name, Problem, scan, type UpstreamAnswer } from '@fireguard/engine';

export interface UpstreamEntry {
  readonly document: JsonDocument;
  readonly entry: JsonNode;
  /** NONE: it holds no resource. */
  readonly resource: JsonNode;
  readonly type: string | undefined;
  readonly id: string | undefined;
}

export interface UpstreamPage {
  readonly entries: readonly UpstreamEntry[];
  /** Below the upstream's base. */
  readonly next: string | undefined;
  readonly total: number | undefined;
}

export const noPage: UpstreamPage = { entries: [], next: undefined, total: 0 };

const ENTRY = name('entry');
const RESOURCE = name('resource');
const RESOURCE_TYPE = name('resourceType');
const ID = name('id');
const LINK = name('link');
const RELATION = name('relation');
const URL_NAME = name('url');
const TOTAL = name('total');
const REQUEST = name('request');

/** Of an answer with status 200. Throws Problem `upstream-odd`. */
export function upstreamPage({ body }: UpstreamAnswer, base: string): UpstreamPage {
  let document: JsonDocument;
  try {
    document = scan(body);
  } catch (cause) {
    throw odd('not JSON', cause);
  }
  return {
    entries: items(document, ENTRY).map((entry) => entryOf(document, entry)),
    next: nextOf(document, base),
    total: document.number(document.member(document.root, TOTAL)),
  };
}

function entryOf(document: JsonDocument, entry: JsonNode): UpstreamEntry {
  const resource = document.member(entry, RESOURCE);
  if (resource !== NONE)
    return {
      document,
      entry,
      resource,
      type: document.string(document.member(resource, RESOURCE_TYPE)),
      id: document.string(document.member(resource, ID)),
    };
  const [, type, id] =
    /(?:^|\/)([A-Z][A-Za-z]{0,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/.exec(
      document.string(document.at(entry, REQUEST, URL_NAME)) ?? '',
    ) ?? [];
  return { document, entry, resource, type, id };
}

/** INVARIANT: a link that leads elsewhere is not followed. */
function nextOf(document: JsonDocument, base: string): string | undefined {
  const link = items(document, LINK).find((one) => document.string(document.member(one, RELATION)) === 'next');
  if (link === undefined) return undefined;
  const url = document.string(document.member(link, URL_NAME)) ?? '';
  const path = url.startsWith(`${base}/`)
    ? url.slice(base.length + 1)
    : url.startsWith(`${base}?`)
      ? url.slice(base.length)
      : url;
  const place = path.split('?', 1)[0]!;
  const stays = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/.test(path) && (place === '' || place.split('/').every(isStep));
  if (!stays) throw odd('a next link that leads elsewhere');
  return path;
}

function isStep(part: string): boolean {
  return /^[A-Za-z0-9\-._$]+$/.test(part) && part !== '.' && part !== '..';
}

function items(document: JsonDocument, member: Name): readonly JsonNode[] {
  const found: JsonNode[] = [];
  const list = document.member(document.root, member);
  if (!document.isArray(list)) return found;
  for (let item = document.first(list); item !== NONE; item = document.next(item)) found.push(item);
  return found;
}

function odd(detail: string, cause?: unknown): Problem {
  return new Problem('upstream-odd', 'The server behind gave an answer that cannot be used.', { detail, cause });
}

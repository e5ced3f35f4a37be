/**
 * Reads what the upstream answered. It is judged like anything that comes from outside: another resource than the one asked, a malformed
 * body or an unexpected status is a Problem with a generic text, and nothing of it leaves.
 */
import { isId } from '../fhir/id.ts';
import { type JsonDocument, type JsonNode, type Name, NONE, name, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import type { Found, UpstreamAnswer } from './need.ts';

const RESOURCE_TYPE = name('resourceType');
const ID = name('id');
const BUNDLE = name('Bundle');
const SEARCHSET = name('searchset');
const TYPE = name('type');
const ENTRY = name('entry');
const RESOURCE = name('resource');
const SEARCH = name('search');
const MODE = name('mode');
const MATCH = name('match');
const LINK = name('link');
const RELATION = name('relation');
const NEXT = name('next');
const URL = name('url');
const TOTAL = name('total');
const TRANSACTION_RESPONSE = name('transaction-response');
const RESPONSE = name('response');
const STATUS = name('status');
const LOCATION = name('location');
const ETAG = name('etag');
const HISTORY = name('history');
const REQUEST = name('request');
const METHOD = name('method');
const LAST_MODIFIED = name('lastModified');
const META = name('meta');
const VERSION_ID = name('versionId');
const FULL_URL = name('fullUrl');

export function upstreamAnswer(found: Found): UpstreamAnswer {
  if (found.kind !== 'upstream') throw new Error('the host answered something else');
  return found;
}

/** One instance, or that there is none. */
export function instanceIn(answer: UpstreamAnswer, type: string, id: string): JsonDocument | 'absent' | 'gone' {
  if (answer.status === 404) return 'absent';
  if (answer.status === 410) return 'gone';
  if (answer.status !== 200) throw refusedBy(answer);
  const document = scanned(answer.body);
  if (idOf(document, document.root, name(type)) !== id) throw odd('another resource than the one asked');
  return document;
}

export interface UpstreamPage {
  readonly document: JsonDocument;
  readonly matches: readonly { readonly id: string; readonly node: JsonNode }[];
  /** URL of the `next` link as given. */
  readonly next: string | undefined;
  readonly total: number | undefined;
}

/** One page of matches of `type`. Whatever else the Bundle holds is dropped without a word: it was not asked for. */
export function pageIn(answer: UpstreamAnswer, type: string): UpstreamPage {
  if (answer.status !== 200) throw refusedBy(answer);
  const document = scanned(answer.body);
  const { root } = document;
  if (!document.stringIs(document.member(root, RESOURCE_TYPE), BUNDLE)) throw odd('no Bundle');
  if (!document.stringIs(document.member(root, TYPE), SEARCHSET)) throw odd('no searchset');
  const matches: { id: string; node: JsonNode }[] = [];
  const searched = name(type);
  for (const entry of itemsOf(document, document.member(root, ENTRY))) {
    const mode = document.at(entry, SEARCH, MODE);
    if (mode !== NONE && !document.stringIs(mode, MATCH)) continue;
    const node = document.member(entry, RESOURCE);
    const id = idOf(document, node, searched);
    if (id !== undefined) matches.push({ id, node });
  }
  const total = document.number(document.member(root, TOTAL));
  return {
    document,
    matches,
    next: nextLink(document),
    total: total !== undefined && Number.isSafeInteger(total) && total >= 0 ? total : undefined,
  };
}

function nextLink(document: JsonDocument): string | undefined {
  for (const link of itemsOf(document, document.member(document.root, LINK))) {
    if (!document.stringIs(document.member(link, RELATION), NEXT)) continue;
    const url = document.string(document.member(link, URL));
    if (url === undefined) throw odd('a next link without a URL');
    return url;
  }
  return undefined;
}

export interface HistoryEntry {
  readonly type: string;
  readonly id: string;
  readonly document: JsonDocument;
  /** NONE of a deletion. */
  readonly node: JsonNode;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly version: string | undefined;
  /** Of a deletion: an instant. */
  readonly lastModified: string | undefined;
}

/** One page of a history, newest first. What is neither a version nor a deletion is dropped without a word. */
export function historyIn(answer: UpstreamAnswer): {
  readonly entries: readonly HistoryEntry[];
  readonly next: string | undefined;
} {
  if (answer.status !== 200) throw refusedBy(answer);
  const document = scanned(answer.body);
  if (!document.stringIs(document.member(document.root, TYPE), HISTORY)) throw odd('no history');
  const entries = itemsOf(document, document.member(document.root, ENTRY)).flatMap((entry) => historyEntry(document, entry));
  return { entries, next: nextLink(document) };
}

function historyEntry(document: JsonDocument, entry: JsonNode): readonly HistoryEntry[] {
  const said = document.string(document.at(entry, REQUEST, METHOD));
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(document.string(document.at(entry, RESPONSE, ETAG)) ?? '')?.[1] ?? '';
  const lastModified = document.string(document.at(entry, RESPONSE, LAST_MODIFIED));
  const node = document.member(entry, RESOURCE);
  if (node !== NONE) {
    const type = document.string(document.member(node, RESOURCE_TYPE)) ?? '';
    const id = document.string(document.member(node, ID)) ?? '';
    const version = document.string(document.at(node, META, VERSION_ID)) ?? tag;
    if (!isId(id)) return [];
    const method = said === 'POST' ? 'POST' : 'PUT';
    return [{ type, id, document, node, method, version: isId(version) ? version : undefined, lastModified }];
  }
  const [, type = '', id = ''] =
    /(?:^|\/)([A-Z][A-Za-z]{0,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/.exec(
      document.string(document.at(entry, REQUEST, URL)) ?? document.string(document.member(entry, FULL_URL)) ?? '',
    ) ?? [];
  if (said !== 'DELETE' || id === '') return [];
  return [{ type, id, document, node, method: 'DELETE', version: isId(tag) ? tag : undefined, lastModified }];
}

/** The answers to the entries of a transaction, in their order. */
export function responsesIn(answer: UpstreamAnswer, count: number): readonly UpstreamAnswer[] {
  const document = scanned(answer.body);
  const { root } = document;
  if (!document.stringIs(document.member(root, TYPE), TRANSACTION_RESPONSE)) throw odd('no transaction-response');
  const entries = itemsOf(document, document.member(root, ENTRY));
  if (entries.length !== count) throw odd('another number of entries');
  return entries.map((entry) => {
    const response = document.member(entry, RESPONSE);
    const status = Number(/^\d{3}/.exec(document.string(document.member(response, STATUS)) ?? '')?.[0]);
    if (Number.isNaN(status)) throw odd('an entry without a status');
    const headers = new Map<string, string>();
    for (const member of [LOCATION, ETAG]) {
      const value = document.string(document.member(response, member));
      if (value !== undefined) headers.set(member.text, value);
    }
    const resource = document.member(entry, RESOURCE);
    return { kind: 'upstream', status, headers, body: resource === NONE ? new Uint8Array(0) : document.slice(resource) };
  });
}

/** A resource of `type` that came back from a write; undefined when the upstream sent something else, or nothing. */
export function resourceIn(
  body: Uint8Array,
  type: string,
): { readonly document: JsonDocument; readonly id: string } | undefined {
  if (body.length === 0) return undefined;
  const document = scanned(body);
  const id = idOf(document, document.root, name(type));
  return id === undefined ? undefined : { document, id };
}

/** The id of a resource of this type; undefined when it is of another, or has no id that could be asked for. */
function idOf(document: JsonDocument, node: JsonNode, type: Name): string | undefined {
  if (!document.stringIs(document.member(node, RESOURCE_TYPE), type)) return undefined;
  const id = document.string(document.member(node, ID));
  return id !== undefined && isId(id) ? id : undefined;
}

/** A body that is not strict JSON is the upstream's fault, not the client's. */
export function scanned(body: Uint8Array): JsonDocument {
  try {
    return scan(body);
  } catch (cause) {
    if (cause instanceof Problem) throw odd(cause.publicText, cause);
    throw cause;
  }
}

/** An answer to a read or search that is none. 401 and 403 mean our own credential, so they are not the caller's business. */
export function refusedBy(answer: UpstreamAnswer): Problem {
  const detail = `status ${answer.status}`;
  if (answer.status === 400 || answer.status === 422) {
    return new Problem('parameter-invalid', 'The server behind cannot evaluate this request.', { detail });
  }
  const away = answer.status === 401 || answer.status === 403 || answer.status === 429 || answer.status >= 500;
  return away ? new Problem('upstream-unavailable', 'The server behind cannot answer now.', { detail }) : odd(detail);
}

export function odd(detail: string, cause?: unknown): Problem {
  return new Problem('upstream-odd', 'The server behind gave an answer that cannot be used.', { detail, cause });
}

function itemsOf(document: JsonDocument, list: JsonNode): readonly JsonNode[] {
  const items: JsonNode[] = [];
  if (!document.isArray(list)) return items;
  for (let item = document.first(list); item !== NONE; item = document.next(item)) items.push(item);
  return items;
}

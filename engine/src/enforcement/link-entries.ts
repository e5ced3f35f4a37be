/**
 * http.html#trules: references between the entries of a transaction, and conditional references, become literal ones: to what was found, or to a
 * name of ours for what will be created. What is judged is the resource with these in it.
 */
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { parsePairs } from '../request/parameters.ts';
import { readCriteria } from '../request/search.ts';
import { draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Denied } from './outcome.ts';
import { admitCondition, resolveCondition } from './resolve-condition.ts';
import type { ResolvedEntry } from './resolve-entry.ts';
import { rewritten } from './rewritten.ts';

const REFERENCE = name('reference');
/** Texts, not links. */
const notLinks = [name('div'), name('data'), name('display'), name('text')];
const MOST_CONDITIONS = 100;
/** Entries point to entries that point to patients. */
const DEEPEST = 3;

type Written = Extract<ResolvedEntry, { kind: 'write' }>;

export function* linkEntries(
  given: Given,
  book: FactBook,
  entries: readonly ResolvedEntry[],
): Generator<Need, readonly ResolvedEntry[] | Denied, Found> {
  const links = linksOf(entries);
  const found = yield* conditionalReferences(given, book, entries);
  if ('kind' in found) return found;
  const linked = entries.map((entry) => (entry.kind === 'write' ? withLinks(entry, links, found) : entry));
  announce(given, book, linked);
  return linked;
}

/** A name that is no absolute URI could stand for a stored resource; one below a base of ours must stand for the very one that it says. */
function linksOf(entries: readonly ResolvedEntry[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { fullUrl, key } of entries) {
    if (fullUrl === undefined) continue;
    if (!/^[a-z][a-z0-9+.-]*:/i.test(fullUrl) || fullUrl.includes('#'))
      throw new Problem('resource-invalid', 'The fullUrl of an entry must be absolute.');
    if (/^urn:(uuid|oid):/i.test(fullUrl)) links.set(fullUrl, key);
    else if (!fullUrl.endsWith(`/${key}`))
      throw new Problem('resource-invalid', 'The fullUrl of an entry must be a urn:uuid, or the URL of its resource.');
  }
  return links;
}

function* conditionalReferences(
  given: Given,
  book: FactBook,
  entries: readonly ResolvedEntry[],
): Generator<Need, ReadonlyMap<string, string> | Denied, Found> {
  const texts = new Set<string>();
  for (const entry of entries) {
    const document = entry.kind === 'write' ? bodyOf(entry) : undefined;
    for (let node = 0; document !== undefined && node < document.count; node++) {
      const text = document.keyIs(node, REFERENCE) ? document.string(node) : undefined;
      if (text !== undefined && conditional.test(text)) texts.add(text);
    }
  }
  if (texts.size > MOST_CONDITIONS) throw new Problem('too-costly', 'The transaction has too many conditional references.');
  const found = new Map<string, string>();
  for (const text of texts) {
    const [, type = '', query = ''] = conditional.exec(text)!;
    if ((given.tables.types.get(type)?.category ?? 'none') === 'none')
      throw new Problem('resource-invalid', 'A conditional reference names a type that does not exist.');
    const admitted = admitCondition(given, type);
    if (admitted.kind === 'denied') return admitted;
    const match = yield* resolveCondition(given, book, type, readCriteria(parsePairs(query), type, given.tables));
    if (match === undefined) throw new Problem('no-match', 'Nothing meets the condition of a reference.');
    found.set(text, `${type}/${match.id}`);
  }
  return found;
}

const conditional = /^([A-Z][A-Za-z]{0,63})\?(.*)$/s;

function bodyOf({ request }: Written): JsonDocument | undefined {
  switch (request.interaction) {
    case 'create':
    case 'update':
      return request.resource;
    case 'patch':
      return request.patch;
    case 'delete':
      return undefined;
  }
}

function withLinks(entry: Written, links: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): ResolvedEntry {
  const { request } = entry;
  const change = (document: JsonDocument, patch: boolean) =>
    rewritten(document, (text, node) => {
      if (document.keyIs(node, REFERENCE)) return found.get(text) ?? linked(links, text);
      return isLink(document, node, patch) ? linked(links, text) : undefined;
    });
  switch (request.interaction) {
    case 'create':
    case 'update':
      return { ...entry, request: { ...request, resource: change(request.resource, false) } };
    case 'patch':
      return { ...entry, request: { ...request, patch: change(request.patch, true) } };
    case 'delete':
      return entry;
  }
}

const VALUE = name('value');

/** An identifier's value may be a urn without being a link; the value of a JSON Patch may be one. */
function isLink(document: JsonDocument, node: JsonNode, patch: boolean): boolean {
  return (patch || !document.keyIs(node, VALUE)) && !notLinks.some((member) => document.keyIs(node, member));
}

function linked(links: ReadonlyMap<string, string>, text: string): string | undefined {
  const hash = text.indexOf('#');
  const key = links.get(hash < 0 ? text : text.slice(0, hash));
  return key === undefined ? undefined : key + (hash < 0 ? '' : text.slice(hash));
}

/** Tells the fact book of what will be created, and whom it is about as far as the transaction itself says. */
function announce(given: Given, book: FactBook, entries: readonly ResolvedEntry[]): void {
  const fresh = entries.filter((entry): entry is Written => entry.kind === 'write' && entry.request.interaction === 'create');
  for (const { key } of fresh) {
    const [type = '', id = ''] = key.split('/');
    book.announce(type, id, type === 'Patient' ? [id] : undefined);
  }
  for (let round = 0; round < DEEPEST; round++) {
    for (const { key, request } of fresh) {
      if (request.interaction !== 'create' || request.type === 'Patient') continue;
      const { resource } = request;
      const { patients, pending, undetermined } = draft(given, request.type, undefined, resource, resource.root);
      const through = pending.map((reference) => book.subjectsOf(reference));
      if (undetermined || through.includes(undefined)) continue;
      book.announce(request.type, key.split('/')[1]!, [...new Set([...patients, ...through.flatMap((some) => some ?? [])])]);
    }
  }
}

// What lies in one file: a resource, a Bundle's entries, or a resource a line; each with the id that it will have.
import { createHash } from 'node:crypto';
import { type JsonDocument, type JsonNode, NONE, name, scan } from '../json.ts';
import { DataError } from './data-error.ts';
import type { DataFile } from './files.ts';

export interface Piece {
  readonly document: JsonDocument;
  /** The resource in the document. */
  readonly root: JsonNode;
  readonly type: string;
  readonly id: string;
  readonly file: string;
  /** Where references in the same Bundle lead: from an entry's fullUrl to `Type/id`. Shared by all pieces of the Bundle. */
  readonly links: ReadonlyMap<string, string>;
}

const N = {
  type: name('resourceType'),
  id: name('id'),
  entry: name('entry'),
  fullUrl: name('fullUrl'),
  resource: name('resource'),
  request: name('request'),
  method: name('method'),
  url: name('url'),
};

/** Throws DataError for what is no FHIR JSON; a file that is valid JSON but no resource gives none, unless the user named it. */
export function piecesOf(file: DataFile, bytes: Uint8Array): readonly Piece[] {
  if (!file.lines) return piecesOfDocument(file, scanned(file, undefined, bytes), '');
  const pieces: Piece[] = [];
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(from, to);
    from = to + 1;
    if (text.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) continue;
    const found = piecesOfDocument(file, scanned(file, line, text), `line ${line}`);
    if (found.length === 0) throw new DataError(file.path, `line ${line}`, 'not a FHIR resource');
    pieces.push(...found);
  }
  return pieces;
}

function scanned(file: DataFile, line: number | undefined, bytes: Uint8Array): JsonDocument {
  try {
    return scan(bytes, { maxDepth: 200 });
  } catch (error) {
    const { message, detail } = error as Error & { readonly detail?: string };
    throw new DataError(
      file.path,
      [line === undefined ? undefined : `line ${line}`, detail].filter((part) => part !== undefined).join(', ') || undefined,
      message,
    );
  }
}

function piecesOfDocument(file: DataFile, document: JsonDocument, place: string): readonly Piece[] {
  const type = document.string(document.member(document.root, N.type));
  if (type === undefined) {
    if (file.named) throw new DataError(file.path, place || undefined, 'not a FHIR resource');
    return [];
  }
  if (type !== 'Bundle') {
    const id = document.string(document.member(document.root, N.id)) ?? derivedId(document.slice(document.root));
    return [{ document, root: document.root, type, id, file: file.path, links: new Map() }];
  }
  const links = new Map<string, string>();
  const pieces: Piece[] = [];
  const entries = document.member(document.root, N.entry);
  for (let entry = document.first(entries), index = 0; entry !== NONE; entry = document.next(entry), index++) {
    const root = document.member(entry, N.resource);
    if (root === NONE) continue;
    const kind = document.string(document.member(root, N.type));
    if (kind === undefined) throw new DataError(file.path, `entry ${index}`, 'not a FHIR resource');
    const fullUrl = document.string(document.member(entry, N.fullUrl));
    const id = idOfEntry(document, entry, root, fullUrl);
    if (fullUrl !== undefined) links.set(fullUrl, `${kind}/${id}`);
    pieces.push({ document, root, type: kind, id, file: file.path, links });
  }
  return pieces;
}

/** A PUT says its id; what a transaction creates is called by its `urn:uuid`; everything else keeps its own. */
function idOfEntry(document: JsonDocument, entry: JsonNode, root: JsonNode, fullUrl: string | undefined): string {
  const request = document.member(entry, N.request);
  const method = document.string(document.member(request, N.method));
  const put =
    method === 'PUT'
      ? /^[A-Za-z]+\/([A-Za-z0-9.-]{1,64})$/.exec(document.string(document.member(request, N.url)) ?? '')?.[1]
      : undefined;
  const urn = /^urn:uuid:([0-9A-Za-z-]{1,64})$/.exec(fullUrl ?? '')?.[1];
  const own = document.string(document.member(root, N.id));
  return put ?? (method === 'POST' ? (urn ?? own) : (own ?? urn)) ?? derivedId(document.slice(root));
}

/** The same bytes give the same id, so that loading twice does not double anything. */
function derivedId(bytes: Uint8Array): string {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The server's own marks in a resource, spliced into the bytes that were sent: `id`, `meta.versionId`, `meta.lastUpdated`.
 * INVARIANT: every other byte stays as it came, `1.10` and odd white space included.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../../json.ts';
import { Refusal } from '../answer.ts';
import type { VersionFacts } from './version.ts';

/** Replace the bytes from `start` to `end` by `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const N = {
  type: name('resourceType'),
  id: name('id'),
  meta: name('meta'),
  versionId: name('versionId'),
  lastUpdated: name('lastUpdated'),
};
const encoder = new TextEncoder();

/** `root` is the resource in `document`; `more` are other edits inside it (resolved references). Returns the resource's bytes alone. */
export function stamp(document: JsonDocument, root: JsonNode, facts: VersionFacts, more: readonly Splice[] = []): Uint8Array {
  const marks = [...marksOf(document, root, facts), ...more].sort(
    (one, other) => one.start - other.start || one.end - other.end,
  );
  return spliced(document.bytes, document.start(root), document.end(root), marks);
}

export function spliced(bytes: Uint8Array, start: number, end: number, splices: readonly Splice[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = start;
  for (const splice of splices) {
    pieces.push(bytes.subarray(at, splice.start), encoder.encode(splice.text));
    at = splice.end;
  }
  pieces.push(bytes.subarray(at, end));
  return new Uint8Array(Buffer.concat(pieces));
}

function marksOf(document: JsonDocument, root: JsonNode, facts: VersionFacts): readonly Splice[] {
  const type = document.member(root, N.type);
  const [id, meta] = [document.member(root, N.id), document.member(root, N.meta)];
  const own = { id: JSON.stringify(facts.id), versionId: `"${facts.version}"`, lastUpdated: JSON.stringify(facts.lastUpdated) };
  const behindType = document.end(type);
  const splices: Splice[] = [];
  if (id === NONE) splices.push({ start: behindType, end: behindType, text: `,"id":${own.id}` });
  else if (document.raw(id) !== own.id) splices.push(over(document, id, own.id));
  if (meta === NONE) {
    const behind = id === NONE ? behindType : document.end(id);
    splices.push({
      start: behind,
      end: behind,
      text: `,"meta":{"versionId":${own.versionId},"lastUpdated":${own.lastUpdated}}`,
    });
    return merged(splices);
  }
  if (!document.isObject(meta)) throw new Refusal(400, 'structure', 'meta must be an object');
  const [versionId, lastUpdated] = [document.member(meta, N.versionId), document.member(meta, N.lastUpdated)];
  const added = [
    ...(versionId === NONE ? [`"versionId":${own.versionId}`] : []),
    ...(lastUpdated === NONE ? [`"lastUpdated":${own.lastUpdated}`] : []),
  ];
  if (versionId !== NONE) splices.push(over(document, versionId, own.versionId));
  if (lastUpdated !== NONE) splices.push(over(document, lastUpdated, own.lastUpdated));
  const open = document.start(meta) + 1;
  if (added.length > 0)
    splices.push({ start: open, end: open, text: `${added.join(',')}${document.size(meta) > 0 ? ',' : ''}` });
  return splices;
}

const over = (document: JsonDocument, node: JsonNode, text: string): Splice => ({
  start: document.start(node),
  end: document.end(node),
  text,
});

/** Two insertions at one place become one, in order; an insertion behind a replaced value joins it. */
function merged(splices: readonly Splice[]): readonly Splice[] {
  const [first, second] = splices;
  if (first === undefined || second === undefined || first.end !== second.start) return splices;
  return [{ start: first.start, end: second.end, text: first.text + second.text }];
}

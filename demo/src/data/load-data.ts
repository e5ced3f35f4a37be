/**
 * A user's own data: Bundles, single resources and NDJSON from a file or a folder, compressed or not, as resources that any FHIR server
 * can take. Bytes stay as they are but for two edits: an id where there was none, and references that could only be followed within
 * their Bundle or by a search. It must not drop anything silently: what cannot be loaded is an error, what is passed over is a notice.
 */

import { type Splice, spliced } from '../fhir-server/storage/stamp.ts';
import { referenceSplices } from '../fhir-server/write/references.ts';
import { NONE, name } from '../json.ts';
import { contents, dataFiles } from './files.ts';
import { type Condition, conditionOf, Identities } from './identities.ts';
import { type Piece, piecesOf } from './pieces.ts';

export interface LoadedResource {
  readonly type: string;
  readonly id: string;
  /** JSON of the resource; its `id` is `id`. */
  readonly bytes: Uint8Array;
  readonly file: string;
  /** Made here, because a reference by identifier met nothing: holds just what that reference says. */
  readonly placeholder: boolean;
}

const ID = name('id');
const TYPE = name('resourceType');

/**
 * Resources in an order in which conditional references come after what they mean. Throws DataError, whose message is fit to print.
 * `notice` hears one line for everything worth knowing: files passed over, placeholders made.
 */
export async function* loadData(path: string, notice: (line: string) => void = () => {}): AsyncIterable<LoadedResource> {
  const identities = new Identities();
  const waiting: Piece[] = [];
  for (const file of await dataFiles(path)) {
    const pieces = piecesOf(file, await contents(file));
    if (pieces.length === 0) notice(`${file.path} holds no FHIR resource: passed over`);
    for (const piece of pieces) identities.learn(piece);
    for (const piece of pieces) {
      const ready = settle(piece, identities);
      if (ready === undefined) waiting.push(piece);
      else yield ready;
    }
  }
  const made = new Map<string, LoadedResource>();
  for (const piece of waiting) {
    const resource = settle(piece, identities, (condition) => {
      const { id, bytes } = placeholder(condition);
      made.set(`${condition.type}/${id}`, { type: condition.type, id, bytes, file: piece.file, placeholder: true });
      return `${condition.type}/${id}`;
    });
    if (resource !== undefined) yield resource;
  }
  yield* made.values();
  for (const [type, list] of Map.groupBy(made.values(), ({ type }) => type)) {
    notice(
      `${list.length} ${type} that the data only name by identifier: each stands as a resource with that identifier alone`,
    );
  }
}

/** The piece with its references resolved; undefined when one must wait and nobody can `make` its target. */
function settle(piece: Piece, identities: Identities, make?: (condition: Condition) => string): LoadedResource | undefined {
  const { document, root, type, id, links, file } = piece;
  let unresolved = false;
  const splices: Splice[] = [
    ...referenceSplices(document, root, (link) => {
      const [whole = '', fragment] = link.split('#');
      const target = links.get(whole);
      if (target !== undefined) return fragment === undefined ? target : `${target}#${fragment}`;
      const condition = conditionOf(link);
      if (condition === undefined) return undefined;
      const found = identities.find(condition) ?? make?.(condition);
      unresolved ||= found === undefined;
      return found;
    }),
  ];
  if (unresolved) return undefined;
  const own = document.member(root, ID);
  if (own === NONE) {
    const behind = document.end(document.member(root, TYPE));
    splices.push({ start: behind, end: behind, text: `,"id":${JSON.stringify(id)}` });
  } else if (document.string(own) !== id)
    splices.push({ start: document.start(own), end: document.end(own), text: JSON.stringify(id) });
  splices.sort((one, other) => one.start - other.start);
  const bytes =
    splices.length === 0 ? document.slice(root) : spliced(document.bytes, document.start(root), document.end(root), splices);
  return { type, id, bytes, file, placeholder: false };
}

function placeholder({ type, system, value, id }: Condition): { readonly id: string; readonly bytes: Uint8Array } {
  const identifier = [{ ...(system === '' ? {} : { system }), value }];
  return { id, bytes: new TextEncoder().encode(JSON.stringify({ resourceType: type, id, identifier })) };
}

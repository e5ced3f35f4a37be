/**
 * Puts pseudonyms into the place of ids: of the resource, and of whatever its references point to. A reference that cannot be read (to another server, to
 * what is contained) goes, and so does everything in `meta` but profiles, tags and labels: versions and times of writing tell whose it is.
 */
import { referenceKey } from '../fhir/reference.ts';
import type { JsonEdit } from '../json/edit.ts';
import { type JsonNode, NONE, name } from '../json/scan.ts';

/** Pseudonyms of one project. */
export interface Names {
  readonly of: (type: string, id: string) => string;
}

const ID = name('id');
const META = name('meta');
const REFERENCE = name('reference');
const kept: ReadonlySet<string> = new Set(['profile', 'tag', 'security']);

/** `bases`: ours and the upstream's; nothing that leaves names them. */
export function notePseudonyms(edit: JsonEdit, resource: JsonNode, type: string, names: Names, bases: readonly string[]): void {
  const { document } = edit;
  const id = document.member(resource, ID);
  const text = document.string(id);
  if (text !== undefined) edit.replace(id, JSON.stringify(names.of(type, text)));
  const meta = document.member(resource, META);
  if (document.isObject(meta))
    for (let member = document.first(meta); member !== NONE; member = document.next(member))
      if (!kept.has(document.key(member))) edit.remove(member);
  const end = document.after(resource);
  for (let at = resource + 1; at < end; at++) {
    if (!document.isString(at) || at === id) continue;
    const value = document.string(at)!;
    if (document.keyIs(at, REFERENCE)) {
      const key = referenceKey(value, bases);
      if (key === undefined) edit.remove(at, { shells: 'drop', upTo: resource });
      else edit.replace(at, JSON.stringify(`${key.type}/${names.of(key.type, key.id)}`));
    } else if (bases.some((base) => value.startsWith(base))) edit.remove(at, { shells: 'drop', upTo: resource });
  }
}

/** A resource with an id, where it has none. */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, NONE, name, scan } from '../json/scan.ts';
import { text } from '../json/write.ts';

const ID = name('id');

export function withId(resource: JsonDocument, id: string): JsonDocument {
  if (resource.member(resource.root, ID) !== NONE) return resource;
  const edit = new JsonEdit(resource);
  edit.insertMember(resource.root, 'id', text(id));
  return scan(edit.apply());
}

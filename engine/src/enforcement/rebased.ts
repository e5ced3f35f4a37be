/** A document with its references carried from one base to the other; the same document when there is nothing to carry. */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { noteRebase, rebase } from '../release/rebase.ts';

export function rebased(document: JsonDocument, from: string, to: string): JsonDocument {
  const edit = new JsonEdit(document);
  noteRebase(edit, document.root, rebase(from, to));
  return edit.isEmpty ? document : scan(edit.apply());
}

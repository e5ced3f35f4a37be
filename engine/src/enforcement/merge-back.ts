/**
 * What a writer could not see stays as it is stored (R-148, search-semantics §9): the stored bytes of every element that could be masked are put
 * back into the body. Where such an element lies inside another one, the outer one may not be changed at all: nobody could say which of its
 * items the hidden part belongs to. INVARIANT: whether that is refused depends on the body and on what is visible, never on what is masked.
 */

import { isOtherForm } from '../fhir/choice.ts';
import { JsonEdit } from '../json/edit.ts';
import { sameValue } from '../json/same-value.ts';
import type { JsonDocument, JsonNode, Name } from '../json/scan.ts';
import { NONE, name, scan } from '../json/scan.ts';
import { noteMask } from '../release/mask.ts';
import { repeating, writeClosed } from './closed-write.ts';

/** `body` names nothing that is maskable. Throws Problem `write-closed`. */
export function mergeBack(body: JsonDocument, stored: JsonDocument, maskable: readonly string[]): JsonDocument {
  if (maskable.length === 0) return body;
  const paths = [...new Set([...maskable, ...repeating])];
  const shown = withoutPaths(stored, paths);
  refuseOtherForms(body, shown, paths);
  const edit = new JsonEdit(body);
  for (const element of new Set(paths.map((path) => path.split('.', 1)[0]!))) {
    for (const member of [name(element), name(`_${element}`)]) {
      const sent = body.member(body.root, member);
      const visible = shown.member(shown.root, member);
      if (!same(body, sent, shown, visible)) throw writeClosed();
      putBack(edit, member, sent, stored);
    }
  }
  return edit.isEmpty ? body : scan(edit.apply());
}

/** A form of a choice that is new beside one that may be stored unseen: whether the two collide would tell. */
function refuseOtherForms(body: JsonDocument, shown: JsonDocument, paths: readonly string[]): void {
  for (let member = body.first(body.root); member !== NONE; member = body.next(member)) {
    const key = body.key(member).replace(/^_/, '');
    const isNew = shown.member(shown.root, name(key)) === NONE && shown.member(shown.root, name(`_${key}`)) === NONE;
    if (isNew && paths.some((path) => isOtherForm(key, path.replace(/^_/, '')))) throw writeClosed();
  }
}

function putBack(edit: JsonEdit, member: Name, sent: JsonNode, stored: JsonDocument): void {
  const kept = stored.member(stored.root, member);
  if (kept === NONE) {
    // Nothing of it is stored, so nothing of it was sent either.
    return;
  }
  if (sent === NONE) edit.insertMember(edit.document.root, member.text, stored.slice(kept));
  else edit.replace(sent, stored.slice(kept));
}

function same(one: JsonDocument, a: JsonNode, other: JsonDocument, b: JsonNode): boolean {
  return a === NONE || b === NONE ? a === b : sameValue(one, a, other, b);
}

/** As the caller would see it if every mask held that could. */
function withoutPaths(stored: JsonDocument, paths: readonly string[]): JsonDocument {
  const edit = new JsonEdit(stored);
  noteMask(edit, stored.root, '', paths);
  return scan(edit.apply());
}

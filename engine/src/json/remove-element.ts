/** FHIR json.html#primitive: a primitive `x` may keep its id and extensions in `_x`; whoever removes one must remove the other. */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import type { JsonEdit, RemoveOptions } from './edit.ts';
import { name } from './name.ts';

/** Remove the element `element` of `object`, both `x` and `_x`. Returns whether there was anything to remove. */
export function removeElement(
  document: JsonDocument,
  edit: JsonEdit,
  object: JsonNode,
  element: string,
  options?: RemoveOptions,
): boolean {
  let found = false;
  for (const text of [element, `_${element}`]) {
    const member = document.member(object, name(text));
    if (member === NONE) continue;
    edit.remove(member, options);
    found = true;
  }
  return found;
}

/** Remove the repetition `index` of `element`: the items of `x` and `_x` belong together by position. */
export function removeRepetition(
  document: JsonDocument,
  edit: JsonEdit,
  object: JsonNode,
  element: string,
  index: number,
  options?: RemoveOptions,
): boolean {
  let found = false;
  for (const text of [element, `_${element}`]) {
    const item = document.at(object, name(text), index);
    if (item === NONE) continue;
    edit.remove(item, options);
    found = true;
  }
  return found;
}

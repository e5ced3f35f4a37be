/**
 * Removes what a mask names from one resource, by splicing. INVARIANT: the result depends on the mask and on what is left,
 * never on whether there was anything to remove: no shells stay behind (search-semantics §7), the narrative goes and the tag comes always, unless policy wants silence; so does what is
 * contained and named by nothing that is left.
 */
import { innerMask, ownMask } from '../decision/masks.ts';
import type { Obligation } from '../decision/permit.ts';
import { containedIn, orphansIn } from '../fhir/contained.ts';
import type { JsonEdit } from '../json/edit.ts';
import { removeElement } from '../json/remove-element.ts';
import { type JsonNode, NONE, name } from '../json/scan.ts';
import { noteChanges } from './change.ts';
import { noteSubsetted } from './meta-additions.ts';

const nothing: ReadonlySet<JsonNode> = new Set();

/** `obligations`: those to announce and to mark a mask are met here, in the resource itself; a copy inside it loses what is masked without a word. */
export function noteMask(
  edit: JsonEdit,
  resource: JsonNode,
  type: string,
  mask: readonly string[],
  obligations: readonly Obligation[] = [],
): void {
  if (mask.length === 0) return;
  const { document } = edit;
  const own = ownMask(mask);
  const before = own.length > 0 ? nothing : new Set(orphansIn(document, resource, nothing));
  const gone = new Set<JsonNode>();
  removeAll(edit, resource, own, gone);
  noteChanges(edit, resource, obligations);
  for (const contained of containedIn(document, resource)) {
    // A copy inside is masked as the resource itself; its narrative may repeat what was removed outside.
    const inner = contained.type === type ? own : innerMask(mask, contained.type);
    removeAll(edit, contained.node, inner, gone);
  }
  // What nothing led to before is left where only what is contained is masked: that it is there is no secret then.
  for (const orphan of orphansIn(document, resource, gone))
    if (!before.has(orphan)) edit.remove(orphan, { shells: 'drop', upTo: resource });
  for (const one of obligations) if (one.kind === 'announce') edit.insertMember(resource, one.key, one.value);
  if (obligations.every(({ kind }) => kind !== 'silence')) noteSubsetted(edit, resource);
}

function removeAll(edit: JsonEdit, resource: JsonNode, mask: readonly string[], gone: Set<JsonNode>): void {
  removeElement(edit.document, edit, resource, 'text');
  for (const path of mask) removePath(edit, resource, resource, path.split('.'), 0, gone);
}

/** Notes in `gone` what it removes. */
function removePath(
  edit: JsonEdit,
  resource: JsonNode,
  at: JsonNode,
  path: readonly string[],
  depth: number,
  gone: Set<JsonNode>,
): void {
  const { document } = edit;
  if (document.isArray(at)) {
    for (const item of itemsOf(edit, at)) removePath(edit, resource, item, path, depth, gone);
    return;
  }
  if (!document.isObject(at)) return;
  const element = path[depth]!;
  if (depth === path.length - 1) {
    for (const key of [element, `_${element}`]) gone.add(document.member(at, name(key)));
    removeElement(document, edit, at, element, { shells: 'drop', upTo: resource });
    return;
  }
  // The parts of a primitive (its id and extensions) are in the `_` sibling.
  for (const key of [element, `_${element}`]) removePath(edit, resource, document.member(at, name(key)), path, depth + 1, gone);
}

function itemsOf({ document }: JsonEdit, container: JsonNode): readonly JsonNode[] {
  const items: JsonNode[] = [];
  for (let item = document.first(container); item !== NONE; item = document.next(item)) items.push(item);
  return items;
}

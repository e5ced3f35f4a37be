/**
 * A visible resource as its caller sees it, as values: what criteria, sorts, chains and includes may be evaluated on, and nothing else
 * (search-semantics §1). References still carry the upstream's base.
 */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, type JsonNode, scan } from '../json/scan.ts';
import { noteMask } from './mask.ts';
import type { Visible } from './visible.ts';

export interface ReleasedForm {
  readonly document: JsonDocument;
  readonly node: JsonNode;
}

const known = new WeakMap<Visible, ReleasedForm>();

export function releasedForm(visible: Visible): ReleasedForm {
  if (visible.mask.length === 0) return visible;
  const before = known.get(visible);
  if (before !== undefined) return before;
  const edit = new JsonEdit(visible.document);
  noteMask(edit, visible.node, visible.type, visible.mask, visible.obligations);
  const document = scan(edit.apply(visible.node));
  const form = { document, node: document.root };
  known.set(visible, form);
  return form;
}

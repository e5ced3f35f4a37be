/**
 * The bytes of visible resources as they leave. INVARIANT (I12): identical to what the upstream sent, but for the mask, a projection, duties that
 * travel along and references that carry our base. Edits of one document are noted for all its resources first, so that a page of a thousand is planned once.
 */
import type { Obligation } from '../decision/permit.ts';
import { JsonEdit } from '../json/edit.ts';
import type { JsonDocument } from '../json/scan.ts';
import { noteMask } from './mask.ts';
import { noteObligedLabels } from './meta-additions.ts';
import { type Names, notePseudonyms } from './note-pseudonyms.ts';
import { keptBy, noteProjection, type Shape } from './project.ts';
import { noteRebase, rebase } from './rebase.ts';
import { isMarked, Visible } from './visible.ts';

export interface Bases {
  readonly ours: string;
  readonly upstream: string;
  /** For whoever sees pseudonyms in the place of ids. */
  readonly names?: Names | undefined;
}

/** One view or copy of bytes a resource, in the order given. */
export function resourceBytes(visible: readonly Visible[], bases: Bases, shape?: Shape): readonly Uint8Array[] {
  const outward = rebase(bases.upstream, bases.ours);
  const edits = new Map<JsonDocument, JsonEdit>();
  for (const one of visible) {
    if (!Visible.isVisible(one)) throw new Error('released without a judgement');
    if (bases.names === undefined && one.obligations.some(({ kind }) => kind === 'pseudonyms'))
      throw new Error('released with its ids');
    let edit = edits.get(one.document);
    if (edit === undefined) {
      edit = new JsonEdit(one.document);
      edits.set(one.document, edit);
    }
    const keeps = shape && keptBy(one.type, shape);
    noteObligedLabels(edit, one.node, one, isMarked(one) || keeps !== undefined);
    const announced = keeps === undefined ? one.obligations : one.obligations.filter((each) => isKept(each, keeps));
    noteMask(edit, one.node, one.type, one.mask, announced);
    if (shape !== undefined) noteProjection(edit, one.node, one.type, shape);
    if (bases.names === undefined) noteRebase(edit, one.node, outward);
    else notePseudonyms(edit, one.node, one.type, bases.names, [bases.ours, bases.upstream]);
  }
  return visible.map((one) => {
    const edit = edits.get(one.document)!;
    return edit.isEmpty ? one.document.slice(one.node) : edit.apply(one.node);
  });
}

function isKept(obligation: Obligation, keeps: (element: string) => boolean): boolean {
  return obligation.kind !== 'announce' || keeps(obligation.key.replace(/^_/, ''));
}

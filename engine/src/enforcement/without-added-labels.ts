/**
 * labels that we put on what we show are no part of what is stored. Who sends back what they were shown does not ask for them to be stored, so they are
 * taken off again before the write is judged, lest it count as a change of labels.
 */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, NONE, name, scan } from '../json/scan.ts';
import { addedLabels, carries } from '../release/meta-additions.ts';
import type { Visible } from '../release/visible.ts';

const META = name('meta');
const SECURITY = name('security');
const SYSTEM = name('system');
const CODE = name('code');

/** `shown`: the stored state as this caller sees it. */
export function withoutAddedLabels(body: JsonDocument, shown: Visible): JsonDocument {
  const stored = shown.document.at(shown.node, META, SECURITY);
  const added = addedLabels(shown).filter(({ system, code }) => !carries(shown.document, stored, system, code));
  const list = body.at(body.root, META, SECURITY);
  if (added.length === 0 || !body.isArray(list)) return body;
  const edit = new JsonEdit(body);
  for (let coding = body.first(list); coding !== NONE; coding = body.next(coding)) {
    const [system, code] = [SYSTEM, CODE].map((member) => body.string(body.member(coding, member)));
    if (added.some((one) => one.system === system && one.code === code))
      edit.remove(coding, { shells: 'drop', upTo: body.root });
  }
  return edit.isEmpty ? body : scan(edit.apply());
}

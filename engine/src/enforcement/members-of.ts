/** What a visible List, Group or CareTeam holds, read from its released form: what is masked of it is not in it. */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type Name, name } from '../json/scan.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import type { Given } from './given.ts';

interface Place {
  readonly items: string;
  readonly target: Name;
  /** A boolean that says that the item is no longer in it. */
  readonly gone: Name | undefined;
}

const places: Readonly<Record<string, Place>> = {
  List: { items: 'entry', target: name('item'), gone: name('deleted') },
  Group: { items: 'member', target: name('entity'), gone: name('inactive') },
  CareTeam: { items: 'participant', target: name('member'), gone: undefined },
};
const REFERENCE = name('reference');

/** `Type/id`, of local references alone. */
export function membersOf(collection: Visible, { bases }: Given): readonly string[] {
  const place = places[collection.type];
  if (place === undefined) return [];
  const { document, node } = releasedForm(collection);
  return elementNodes(document, node, place.items).flatMap((item) => {
    if (place.gone !== undefined && document.boolean(document.member(item, place.gone)) === true) return [];
    const key = referenceKey(document.string(document.at(item, place.target, REFERENCE)) ?? '', [bases.ours, bases.upstream]);
    return key === undefined ? [] : [`${key.type}/${key.id}`];
  });
}

/** What a resource belongs to and takes labels from (architecture §7, one hop downwards): its encounters, as `Encounter/id`. */
import { type ElementPath, elementNodes, elementPath } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, NONE, name, names } from '../json/scan.ts';

/** R4, R5 and R6 name it in these ways. */
const ways = ['encounter', 'context', 'context.encounter', 'supportingInfo'].map((text) => {
  const path = elementPath(text);
  return Object.freeze({ begins: path.steps[0]!, path });
});
/** What is in a Bundle brings its own. */
const INSIDE = elementPath('entry.resource');
const RESOURCE_TYPE = name('resourceType');
const BUNDLE = name('Bundle');
const REFERENCE = name('reference');
/** One look at the hash of a member's name says of most that they are none of these. */
const { filter } = names([RESOURCE_TYPE, ...ways.map(({ begins }) => begins)]);
const none: readonly string[] = Object.freeze([]);

/** One walk over the members: most resources are asked this, and belong to nothing. */
export function containersOf(document: JsonDocument, resource: JsonNode, bases: readonly string[]): readonly string[] {
  let found: Set<string> | undefined;
  for (let member = document.first(resource); member !== NONE; member = document.next(member)) {
    if (filter[document.keyHash(member) & 0xff] === 0) continue;
    for (let at = 0; at < ways.length; at++) {
      const { begins, path } = ways[at]!;
      if (document.keyIs(member, begins)) found = namedAt(document, resource, path, bases, found);
    }
    if (document.keyIs(member, RESOURCE_TYPE) && document.stringIs(member, BUNDLE)) {
      for (const part of elementNodes(document, resource, INSIDE))
        for (const key of containersOf(document, part, bases)) found = (found ?? new Set()).add(key);
    }
  }
  return found === undefined ? none : [...found];
}

function namedAt(
  document: JsonDocument,
  resource: JsonNode,
  path: ElementPath,
  bases: readonly string[],
  known: Set<string> | undefined,
): Set<string> | undefined {
  let found = known;
  for (const reference of elementNodes(document, resource, path)) {
    const text = document.string(document.member(reference, REFERENCE));
    const key = text === undefined ? undefined : referenceKey(text, bases);
    if (key?.type === 'Encounter') found = (found ?? new Set()).add(`Encounter/${key.id}`);
  }
  return found;
}

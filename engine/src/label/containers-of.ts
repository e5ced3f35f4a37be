/** What a resource belongs to and takes labels from (architecture §7, one hop downwards): its encounters, as `Encounter/id`. */
import { elementNodes, elementPath } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

/** R4, R5 and R6 name it in these ways. */
const paths = ['encounter', 'context', 'context.encounter', 'supportingInfo'].map(elementPath);
/** What is in a Bundle brings its own. */
const INSIDE = elementPath('entry.resource');
const RESOURCE_TYPE = name('resourceType');
const BUNDLE = name('Bundle');
const REFERENCE = name('reference');
const beginnings = ['encounter', 'context', 'supportingInfo'].map(name);
const none: readonly string[] = Object.freeze([]);

export function containersOf(document: JsonDocument, resource: JsonNode, bases: readonly string[]): readonly string[] {
  if (!namesOne(document, resource)) return none;
  let found: Set<string> | undefined;
  for (const path of paths) {
    for (const reference of elementNodes(document, resource, path)) {
      const text = document.string(document.member(reference, REFERENCE));
      const key = text === undefined ? undefined : referenceKey(text, bases);
      if (key?.type !== 'Encounter') continue;
      found ??= new Set();
      found.add(`Encounter/${key.id}`);
    }
  }
  if (document.stringIs(document.member(resource, RESOURCE_TYPE), BUNDLE)) {
    for (const part of elementNodes(document, resource, INSIDE)) {
      for (const key of containersOf(document, part, bases)) {
        found ??= new Set();
        found.add(key);
      }
    }
  }
  return found === undefined ? none : [...found];
}

/** One walk over the members: most resources are asked this, and belong to nothing. */
function namesOne(document: JsonDocument, resource: JsonNode): boolean {
  for (let member = document.first(resource); member !== NONE; member = document.next(member)) {
    if (beginnings.some((begins) => document.keyIs(member, begins))) return true;
    if (document.keyIs(member, RESOURCE_TYPE) && document.stringIs(member, BUNDLE)) return true;
  }
  return false;
}

/** Every resource that a resource points to, as `Type/id`, each once. References to elsewhere are left out. */
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';

const REFERENCE = name('reference');

export function pointersOf(document: JsonDocument, resource: JsonNode, bases: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const end = document.end(resource);
  for (let at = resource + 1; at < document.count && document.start(at) < end; at++) {
    const text = document.keyIs(at, REFERENCE) ? document.string(at) : undefined;
    const key = text === undefined ? undefined : referenceKey(text, bases);
    if (key !== undefined) found.add(`${key.type}/${key.id}`);
  }
  return [...found];
}

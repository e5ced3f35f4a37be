// FHIR R4 http §3.1.0.11.2 and §3.1.0.11.3: in a transaction, links to entries and conditional references get their real targets.
import { type JsonDocument, type JsonNode, NONE } from '../../json.ts';
import type { Splice } from '../storage/stamp.ts';

/** Elements whose whole value may be such a link; identifiers are none. */
const LINKS = new Set(['reference', 'url', 'uri', 'valueUri', 'valueUrl', 'valueCanonical', 'instantiatesUri']);

/** `resolve` gives the new text for a link, or undefined to leave it. It is asked for every link in the resource. */
export function referenceSplices(
  document: JsonDocument,
  root: JsonNode,
  resolve: (link: string, isReference: boolean) => string | undefined,
): readonly Splice[] {
  const splices: Splice[] = [];
  walk(root, '');
  return splices;

  function walk(node: JsonNode, key: string): void {
    if (document.isString(node)) {
      const text = LINKS.has(key) ? document.string(node) : undefined;
      const target = text === undefined ? undefined : resolve(text, key === 'reference');
      if (target !== undefined && target !== text)
        splices.push({ start: document.start(node), end: document.end(node), text: JSON.stringify(target) });
      return;
    }
    const named = document.isObject(node);
    for (let child = document.first(node); child !== NONE; child = document.next(child))
      walk(child, named ? document.key(child) : key);
  }
}

// FHIR R4 http §3.1.0.11.2 and §3.1.0.11.3: in a transaction, links to entries and conditional references get their real targets.
import { type JsonDocument, type JsonNode, NONE, name } from '../../json.ts';
import type { Splice } from '../storage/stamp.ts';

const REFERENCE = name('reference');
/** Elements whose whole value may be such a link; identifiers are none. */
const LINKS = ['url', 'uri', 'valueUri', 'valueUrl', 'valueCanonical', 'instantiatesUri'].map(name);

/** `resolve` gives the new text for a link, or undefined to leave it. It is asked for every link in the resource, in document order. */
export function referenceSplices(
  document: JsonDocument,
  root: JsonNode,
  resolve: (link: string, isReference: boolean) => string | undefined,
): readonly Splice[] {
  const splices: Splice[] = [];
  walk(root);
  return splices;

  function walk(node: JsonNode): void {
    for (let child = document.first(node); child !== NONE; child = document.next(child)) {
      if (!document.isString(child)) walk(child);
      else if (document.keyIs(child, REFERENCE)) visit(child, true);
      else if (LINKS.some((link) => document.keyIs(child, link) || document.keyIs(node, link))) visit(child, false);
    }
  }

  function visit(node: JsonNode, isReference: boolean): void {
    const text = document.string(node) ?? '';
    const target = resolve(text, isReference);
    if (target === undefined || target === text) return;
    splices.push({ start: document.start(node), end: document.end(node), text: JSON.stringify(target) });
  }
}

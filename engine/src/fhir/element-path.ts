/** Dotted element paths (`name.family`), made ready to be looked up in documents. */
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '../json/scan.ts';

export interface ElementPath {
  readonly text: string;
  readonly steps: readonly Name[];
}

/** Make `text` ready; do it once and keep the result. */
export function elementPath(text: string): ElementPath {
  return Object.freeze({ text, steps: Object.freeze(text.split('.').map(name)) });
}

/**
 * Every value at `path` below `resource`, in document order. Arrays on the way, and an array at the end, are walked: the result holds items,
 * never arrays. Absent elements give nothing.
 */
export function elementNodes(document: JsonDocument, resource: JsonNode, path: ElementPath | string): readonly JsonNode[] {
  const { steps } = typeof path === 'string' ? elementPath(path) : path;
  const [first] = steps;
  // Most elements are absent: no array for those.
  const node = first === undefined ? NONE : document.member(resource, first);
  if (node === NONE) return nothing;
  // And of the rest most are one value.
  if (steps.length === 1 && !document.isArray(node)) return [node];
  const found: JsonNode[] = [];
  collect(document, node, steps, 1, found);
  return found;
}

const nothing: readonly JsonNode[] = Object.freeze([]);

function collect(document: JsonDocument, node: JsonNode, steps: readonly Name[], depth: number, found: JsonNode[]): void {
  if (node === NONE) return;
  if (document.isArray(node)) {
    for (let item = document.first(node); item !== NONE; item = document.next(item))
      collect(document, item, steps, depth, found);
    return;
  }
  const step = steps[depth];
  if (step === undefined) found.push(node);
  else collect(document, document.member(node, step), steps, depth + 1, found);
}

/**
 * DS4P inline labels: labels of single elements. For the elements that a site names, a label hides the element alone; anywhere else it
 * counts for the whole resource, since no search may be answered on an element that could be hidden without being known to be so beforehand.
 */
import { type JsonDocument, type JsonNode, NONE } from '../json/scan.ts';
import { LabelCollector } from './label-collector.ts';
import type { CompiledLabelRules, LabelMeanings } from './label-rules.ts';
import type { ElementLabels } from './labels.ts';

/** The path of the element that carries an inline label, below the resource: list places left out, `_name` taken for `name`. */
export function labelledPath(document: JsonDocument, extension: JsonNode, resource: JsonNode): string {
  const keys: string[] = [];
  for (let at = document.parent(extension); at !== resource && at !== NONE; at = document.parent(at)) {
    const key = document.key(at);
    if (key !== '' && key !== 'extension') keys.unshift(key.startsWith('_') ? key.slice(1) : key);
  }
  return keys.join('.');
}

/** The element among those named that holds the path. */
export function elementAmong(elements: readonly string[], path: string): string | undefined {
  return elements.find((element) => path === element || path.startsWith(`${element}.`));
}

export class ElementLabelCollector {
  readonly #document: JsonDocument;
  readonly #byPath = new Map<string, LabelCollector>();

  readonly #meanings: LabelMeanings | undefined;

  constructor(document: JsonDocument, meanings: LabelMeanings | undefined) {
    this.#document = document;
    this.#meanings = meanings;
  }

  add(path: string, extension: JsonNode): void {
    const collector = this.#byPath.get(path) ?? new LabelCollector(this.#document, this.#meanings);
    this.#byPath.set(path, collector);
    collector.add(extension);
  }

  labels({ veryRestricted }: CompiledLabelRules): readonly ElementLabels[] {
    return Object.freeze(
      [...this.#byPath].map(([path, collector]) => {
        collector.settle(-1, veryRestricted);
        return Object.freeze({ path, labels: collector.labels() });
      }),
    );
  }
}

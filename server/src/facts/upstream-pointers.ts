/** What resources point to, as `Type/id`: asked for those that consents name (an order and its results). One search per type. */
import { type FhirTables, type JsonDocument, type JsonNode, name, referenceKey } from '@fireguard/engine';
import { type Ask, askFor } from './ask.ts';

const REFERENCE = name('reference');

/** `references`: `Type/id`. Every one is in the answer: undefined when it is not there. A type that the tables do not know is left out. */
export async function upstreamPointers(
  ask: Ask,
  tables: FhirTables,
  references: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | undefined>> {
  const known = references.filter((reference) => tables.types.has(typeOf(reference)));
  const pointers = new Map<string, readonly string[] | undefined>(known.map((reference) => [reference, undefined]));
  await Promise.all(
    [...Map.groupBy(known, typeOf)].map(async ([type, list]) => {
      const ids = list.map((reference) => reference.slice(type.length + 1));
      for (const found of await askFor(ask, type, [], ids, (chunk) => ['_id', chunk.join(',')])) {
        const reference = `${type}/${found.id}`;
        if (pointers.has(reference)) pointers.set(reference, pointersIn(ask, found.document, found.node));
      }
    }),
  );
  return pointers;
}

function typeOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}

function pointersIn(ask: Ask, document: JsonDocument, resource: JsonNode): readonly string[] {
  const found = new Set<string>();
  const end = document.end(resource);
  for (let at = resource + 1; at < document.count && document.start(at) < end; at++) {
    const text = document.keyIs(at, REFERENCE) ? document.string(at) : undefined;
    const key = text === undefined ? undefined : referenceKey(text, ask.bases);
    if (key !== undefined) found.add(`${key.type}/${key.id}`);
  }
  return [...found];
}

/** Resources as the upstream keeps them, by `Type/id`: one search per type. */
import type { FhirTables } from '@fireguard/engine';
import { type Ask, askFor } from './ask.ts';

/** Every reference is in the answer: undefined when it is not there. A type that the tables do not know is left out. */
export async function upstreamResources(
  ask: Ask,
  tables: FhirTables,
  references: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
  const typeOf = (reference: string) => reference.slice(0, reference.indexOf('/'));
  const known = references.filter((reference) => tables.types.has(typeOf(reference)));
  const found = new Map<string, Uint8Array | undefined>(known.map((reference) => [reference, undefined]));
  await Promise.all(
    [...Map.groupBy(known, typeOf)].map(async ([type, list]) => {
      const ids = list.map((reference) => reference.slice(type.length + 1));
      for (const { id, document, node } of await askFor(ask, type, [], ids, (chunk) => ['_id', chunk.join(',')])) {
        const reference = `${type}/${id}`;
        if (found.has(reference)) found.set(reference, document.slice(node));
      }
    }),
  );
  return found;
}

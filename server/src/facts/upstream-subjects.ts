/** The patients that resources are about, found through what they point to; one search per type. What cannot be told is left out, which closes. */
import { type FhirTables, patientsOf } from '@fireguard/engine';
import { type Ask, askFor } from './ask.ts';

/** `references`: `Type/id`. */
export async function upstreamSubjects(
  ask: Ask,
  tables: FhirTables,
  references: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Set(references);
  const byType = new Map<string, string[]>();
  for (const reference of wanted) {
    const [type, id] = reference.split('/');
    // A type that the tables do not know is never asked for: it stays untold.
    if (type === undefined || id === undefined || !tables.types.has(type)) continue;
    const ids = byType.get(type);
    if (ids === undefined) byType.set(type, [id]);
    else ids.push(id);
  }
  const subjects = new Map<string, readonly string[]>();
  await Promise.all(
    [...byType].map(async ([type, ids]) => {
      for (const found of await askFor(ask, type, [], ids, (chunk) => ['_id', chunk.join(',')])) {
        if (!wanted.has(`${type}/${found.id}`)) continue;
        const { patients, undetermined } = patientsOf(found.document, found.node, tables, ask.bases);
        if (!undetermined) subjects.set(`${type}/${found.id}`, patients);
      }
    }),
  );
  return subjects;
}

/**
 * The patients that resources are about, found through what they point to: one search per type and round, a few rounds at most. What cannot be
 * told to the end (absent, too far, a subject that names nobody) is left out, which closes: "about nobody" is never guessed.
 */
import { type FhirTables, patientsOf } from '@fireguard/engine';
import { type Ask, askFor } from './ask.ts';

/** Provenance → DocumentReference → Encounter is two steps; longer ways are closed. */
const mostRounds = 3;

interface Told {
  readonly patients: readonly string[];
  /** `Type/id` through which it is about further patients. */
  readonly pending: readonly string[];
}

/** `references`: `Type/id`. */
export async function upstreamSubjects(
  ask: Ask,
  tables: FhirTables,
  references: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const told = new Map<string, Told>();
  let asked = [...new Set(references)];
  for (let round = 0; round < mostRounds && asked.length > 0; round += 1) {
    for (const [reference, answer] of await lookUp(ask, tables, asked)) told.set(reference, answer);
    asked = [...new Set(asked.flatMap((reference) => told.get(reference)?.pending ?? []))].filter((next) => !told.has(next));
  }
  const subjects = new Map<string, readonly string[]>();
  for (const reference of new Set(references)) {
    const patients = followed(reference, told);
    if (patients !== undefined) subjects.set(reference, patients);
  }
  return subjects;
}

/** Everyone reached from a reference; undefined as soon as one step could not be told. */
function followed(start: string, told: ReadonlyMap<string, Told>): readonly string[] | undefined {
  const patients = new Set<string>();
  const seen = new Set<string>();
  const open = [start];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    if (seen.has(reference)) continue;
    seen.add(reference);
    const answer = told.get(reference);
    if (answer === undefined) return undefined;
    for (const patient of answer.patients) patients.add(patient);
    open.push(...answer.pending);
  }
  return [...patients];
}

async function lookUp(ask: Ask, tables: FhirTables, references: readonly string[]): Promise<ReadonlyMap<string, Told>> {
  const wanted = new Set(references);
  // A type that the tables do not know is never asked for: it stays untold.
  const known = references.filter((reference) => tables.types.has(reference.slice(0, reference.indexOf('/'))));
  const told = new Map<string, Told>();
  await Promise.all(
    [...Map.groupBy(known, (reference) => reference.slice(0, reference.indexOf('/')))].map(async ([type, list]) => {
      const ids = list.map((reference) => reference.slice(type.length + 1));
      for (const found of await askFor(ask, type, [], ids, (chunk) => ['_id', chunk.join(',')])) {
        const reference = `${type}/${found.id}`;
        if (!wanted.has(reference)) continue;
        const { patients, pending, undetermined } = patientsOf(found.document, found.node, tables, ask.bases);
        if (!undetermined) told.set(reference, { patients, pending });
      }
    }),
  );
  return told;
}

/**
 * types that a version does not have (R6 lets servers have their own), once somebody has said of what kind they are. Their elements are not known, so
 * they are read and searched by what every resource has; whose they are is told by whatever they point to.
 */
import type { FhirTables, SearchParameter, TypeFacts } from './tables.ts';
import type { SecurityCategory } from './version.ts';

/** Of every resource, whatever its type (Resource in the tables). */
const ofEveryType: readonly string[] = ['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag'];

/** Throws Error for a type that the version has: what it is, is not for anybody to say. */
export function withTypes(tables: FhirTables, added: ReadonlyMap<string, SecurityCategory>): FhirTables {
  if (added.size === 0) return tables;
  const types = new Map(tables.types);
  const known = tables.types.get('Basic')!.searchParameters;
  const searchParameters: ReadonlyMap<string, SearchParameter> = new Map(
    ofEveryType.flatMap((name) => (known.has(name) ? [[name, known.get(name)!] as const] : [])),
  );
  for (const [name, category] of added) {
    if (types.has(name))
      throw new Error(`FHIR ${tables.version} has ${name}: its category is FHIR's, and rules of a policy treat it otherwise`);
    const facts: TypeFacts = { name, category, searchParameters, patientCompartment: [], elements: new Set() };
    types.set(name, Object.freeze(facts));
  }
  return Object.freeze({ version: tables.version, types });
}

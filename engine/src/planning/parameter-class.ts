/**
 * What masks could do to the values that a search parameter compares (search-semantics §3), from caller, policies and type alone. `untouched`:
 * nothing. `whole`: complete values may be gone. `part`: something inside a compared value, which then means something else (a period without
 * its end is open). `derived`: computed, so that what is gone may be what matches.
 */
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { touches } from './touches.ts';

export type ParameterClass = 'untouched' | 'whole' | 'part' | 'derived';

/**
 * `changeable`: those of `maskable` that may be shown otherwise than they are, so that what is stored says nothing of what is compared. `masksInside`: could
 * anything be withheld of what the resource contains?
 */
export function parameterClass(
  definition: SearchParameter,
  type: TypeFacts,
  maskable: readonly string[],
  changeable: readonly string[],
  masksInside: () => boolean,
): ParameterClass {
  const paths = pathsOf(definition, type);
  // A masked resource, also one of which only what it contains is masked, loses its narrative and gains a tag (release/mask.ts).
  const isNoted = paths.some((path) => touches(path, ['meta.tag', 'text']));
  if (isNoted && (maskable.length > 0 || masksInside())) return 'derived';
  if (maskable.length === 0) return 'untouched';
  const touching = paths.filter((path) => touches(path, maskable));
  if (touching.length === 0) return 'untouched';
  if (definition.kind === 'derived' || paths.some((path) => touches(path, changeable))) return 'derived';
  // What a string search compares are single words of a name or address, each of which is gone as a whole or there.
  if (definition.type === 'string') return 'whole';
  const wholly = touching.every((path) => maskable.every((mask) => path === mask || !mask.startsWith(`${path}.`)));
  return wholly ? 'whole' : 'part';
}

/** A composite reads what its components read. A component that the table does not know reads the whole resource. */
function pathsOf(definition: SearchParameter, type: TypeFacts): readonly string[] {
  const components = definition.components.flatMap((name) => type.searchParameters.get(name)?.paths ?? [...type.elements]);
  return [...definition.paths, ...components];
}

/**
 * a resource as whoever sees pseudonyms sees it: pseudonyms in the place of its id and of what its references point to; references that name nobody here go,
 * and of `meta` all but profiles, tags and labels.
 */
import type { Json } from '../json.ts';
import { pseudonymOf } from '../pseudonyms.ts';
import { ourBase, upstreamBase } from '../scenario.ts';

export function pseudonymous(resource: Json, project: string): Json {
  const { resourceType, id, meta, ...rest } = resource;
  const kept = Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => ['profile', 'tag', 'security'].includes(key)));
  return {
    resourceType,
    id: pseudonymOf(project, resourceType, id),
    ...(meta === undefined ? {} : { meta: kept }),
    ...named(rest, project),
  };
}

/** Undefined: nothing is left of it, of what was there. */
function named(value: Json, project: string): Json {
  if (Array.isArray(value)) {
    const left = value.map((item) => named(item, project)).filter((item) => item !== undefined);
    return left.length === 0 && value.length > 0 ? undefined : left;
  }
  if (typeof value !== 'object' || value === null) return value;
  const left = Object.entries<Json>(value).flatMap(([key, member]): readonly (readonly [string, Json])[] => {
    const made = key === 'reference' && typeof member === 'string' ? reference(member, project) : named(member, project);
    return made === undefined ? [] : [[key, made]];
  });
  return left.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(left);
}

function reference(text: string, project: string): string | undefined {
  const local = [ourBase, upstreamBase].reduce((left, base) => left.replace(`${base}/`, ''), text);
  const [, type, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(local) ?? [];
  return type === undefined || id === undefined ? undefined : `${type}/${pseudonymOf(project, type, id)}`;
}

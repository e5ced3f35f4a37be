/**
 * What is withheld of a contained resource (docs/divergences.md): whatever some rule could withhold from the caller who reads resources of its type, since of a
 * contained one nobody knows whose it is. Only a permit that asks nothing of the resource shows what others mask.
 */
import type { Json } from '../json.ts';
import { changesIn } from './de-identified.ts';
import { clearsAll } from './labels.ts';
import { pathsOf } from './masked-paths.ts';
import { naiveTypes } from './types.ts';

interface InnerDeciding {
  /** Those that may apply to reads of the type, in their order. */
  readonly rules: readonly Json[];
  readonly covers: (rule: Json) => { readonly plain: boolean; readonly patients: boolean };
  readonly isOrdered: (rule: Json) => boolean;
  /** Of all labels of what contains it. */
  readonly clears: (rule: Json) => boolean;
  /** Elements that labels of their own may hide. */
  readonly labelled: readonly string[];
}

/** Of everything that a resource contains and is of another type. */
export function masksInside(
  resource: Json,
  decidingFor: (inner: Json) => InnerDeciding,
): { readonly paths: readonly string[]; readonly isLoud: boolean } {
  const others: readonly Json[] = (resource.contained ?? []).filter(
    ({ resourceType }: Json) => resourceType !== resource.resourceType,
  );
  const masks = others
    .map((inner) => {
      const { paths, isLoud } = innerMask(inner.resourceType, decidingFor(inner));
      return { isLoud, paths: paths.map((path) => `contained:${inner.resourceType}.${path}`) };
    })
    .filter(({ paths }) => paths.length > 0);
  return { paths: [...new Set(masks.flatMap(({ paths }) => paths))], isLoud: masks.some(({ isLoud }) => isLoud) };
}

function innerMask(
  type: string,
  { rules, covers, isOrdered, clears, labelled }: InnerDeciding,
): { readonly paths: readonly string[]; readonly isLoud: boolean } {
  const taken = (rule: Json) => [
    ...pathsOf(type, [...(rule.mask ?? []), ...(rule.elements ?? [])]),
    ...changesIn(type, rule).map(({ path }) => path),
  ];
  const permits = rules.filter(({ effect }) => effect === 'permit');
  const asksNothing = (rule: Json) =>
    rule.deIdentify === undefined &&
    rule.caller?.relations === undefined &&
    rule.caller?.memberships === undefined &&
    ['labels', 'where', 'codes', 'patients', 'during'].every((key) => rule.resources?.[key] === undefined);
  const reaches = (rule: Json) => {
    const { plain, patients } = covers(rule);
    const { category, leadsToPatients } = naiveTypes[type]!;
    return category === 'patient' ? patients : plain && (patients || !leadsToPatients);
  };
  const speaks = (rule: Json) => !isOrdered(rule) || permits.find(({ set }) => set === rule.set) === rule;
  const certain = permits.filter((rule) => asksNothing(rule) && reaches(rule) && speaks(rule) && clears(rule));
  const shown = (path: string) =>
    certain.some((rule) => !taken(rule).some((one) => path === one || path.startsWith(`${one}.`)));
  const masked = permits.flatMap(taken).filter((path) => !shown(path));
  const denied = rules.filter(({ effect }) => effect === 'deny').flatMap(taken);
  const byLabel = permits.every((rule) => clearsAll(rule.clears)) ? [] : labelled;
  return {
    paths: [...new Set([...masked, ...denied, ...byLabel])],
    isLoud: byLabel.length > 0 || rules.some((rule) => rule.maskAs !== 'silence' && taken(rule).length > 0),
  };
}

/** A ConceptMap (conceptmap.html) as what a code becomes, in one direction or the other. R5 says `relationship` where R4 says `equivalence`. */
import { type Plain, plainsOf, textOf } from './plain.ts';
import { unsaid } from './unsaid.ts';

export interface Translation {
  /** A code of http://hl7.org/fhir/concept-map-equivalence, or of concept-map-relationship. */
  readonly relation: string;
  readonly system: string | undefined;
  readonly code: string | undefined;
  readonly display: string | undefined;
}

export interface Translated {
  readonly system: string;
  readonly code: string;
  /** From target to source. */
  readonly reverse: boolean;
  /** Only into this code system. */
  readonly into: string | undefined;
}

/** Relations under which the target is no translation. */
const none: ReadonlySet<string> = new Set(['unmatched', 'disjoint', 'not-related-to']);

/** Throws Problem where a group leaves its codes to another map, or a target depends on more than the code. */
export function translations(map: Plain, { system, code, reverse, into }: Translated): readonly Translation[] {
  const found: Translation[] = [];
  for (const group of plainsOf(map, 'group')) {
    const [from, to] = [bare(textOf(group, 'source')), bare(textOf(group, 'target'))];
    if ((reverse ? to : from) !== system || (into !== undefined && (reverse ? from : to) !== into)) continue;
    const mapped = reverse ? backwards(group, code, from) : forwards(group, code, to);
    found.push(...(mapped ?? (reverse ? [] : unmapped(group, code, to))));
  }
  return found;
}

export function isTranslated({ relation, code }: Translation): boolean {
  return code !== undefined && !none.has(relation);
}

/** Undefined: the code is not in the group. */
function forwards(group: Plain, code: string, system: string | undefined): readonly Translation[] | undefined {
  const elements = plainsOf(group, 'element').filter((element) => element['code'] === code);
  if (elements.length === 0) return undefined;
  return elements.flatMap((element) =>
    element['noMap'] === true
      ? [{ relation: 'not-related-to', system, code: undefined, display: undefined }]
      : plainsOf(element, 'target').map((target) => translation(target, target, system)),
  );
}

function backwards(group: Plain, code: string, system: string | undefined): readonly Translation[] {
  return plainsOf(group, 'element').flatMap((element) =>
    plainsOf(element, 'target')
      .filter((target) => target['code'] === code)
      .map((target) => translation(target, element, system)),
  );
}

function translation(target: Plain, told: Plain, system: string | undefined): Translation {
  if (plainsOf(target, 'dependsOn').length > 0) throw unsaid();
  const relation = textOf(target, 'relationship') ?? textOf(target, 'equivalence') ?? 'relatedto';
  return { relation, system, code: textOf(told, 'code'), display: textOf(told, 'display') };
}

function unmapped(group: Plain, code: string, system: string | undefined): readonly Translation[] {
  const { unmapped: rule } = group;
  if (rule === undefined) return [];
  const said = rule as Plain;
  switch (said['mode']) {
    case 'provided':
    case 'use-source-code':
      return [{ relation: 'equivalent', system, code, display: undefined }];
    case 'fixed':
      return [{ relation: 'inexact', system, code: textOf(said, 'code'), display: textOf(said, 'display') }];
    default:
      throw unsaid();
  }
}

function bare(canonical: string | undefined): string | undefined {
  return canonical?.split('|', 1)[0];
}

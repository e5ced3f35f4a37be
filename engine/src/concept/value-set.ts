/** A ValueSet (valueset.html#compositions) as the codes that are in it. Every import must be known and every filter understood: a part that was left out would make it another set. */
import { type CodeSystem, type Concept, propertyText } from './code-system.ts';
import { type Plain, plainsOf, textOf } from './plain.ts';
import { unsaid } from './unsaid.ts';

export interface Coded {
  readonly system: string;
  readonly version: string | undefined;
  readonly code: string;
  readonly display: string | undefined;
  readonly isAbstract: boolean;
  readonly isInactive: boolean;
}

/** What a composition points to, by canonical URL (`url` or `url|version`). */
export interface Known {
  /** Throws Problem when it is not known, or not whole. */
  codeSystem(canonical: string): CodeSystem;
  valueSet(canonical: string): Plain;
  /** Sets that were worked out before, by canonical URL: one that many import is worked out once. */
  readonly worked: Map<string, readonly Coded[]>;
}

export interface Needed {
  readonly codeSystems: readonly string[];
  readonly valueSets: readonly string[];
}

const DEEPEST = 5;

/** The canonical URLs that must be known before the set can be worked out. */
export function neededBy(valueSet: Plain): Needed {
  const parts = partsOf(valueSet);
  return {
    codeSystems: parts.flatMap((part) => (plainsOf(part, 'concept').length === 0 ? canonicalOf(part) : [])),
    valueSets: parts.flatMap(imports),
  };
}

/** In the order of the document, each once. Throws Problem `terminology-unknown`. */
export function codesIn(valueSet: Plain, known: Known, depth = 0): readonly Coded[] {
  if (depth > DEEPEST) throw unsaid();
  const compose = composeOf(valueSet);
  if (compose === undefined) return expanded(valueSet);
  const codes = new Map<string, Coded>();
  for (const part of plainsOf(compose, 'include'))
    for (const one of codesOf(part, known, depth)) codes.set(keyOf(one), codes.get(keyOf(one)) ?? one);
  for (const part of plainsOf(compose, 'exclude')) for (const one of codesOf(part, known, depth)) codes.delete(keyOf(one));
  const withInactive = compose['inactive'] !== false;
  return [...codes.values()].filter(({ isInactive }) => withInactive || !isInactive);
}

export function keyOf({ system, code }: Pick<Coded, 'system' | 'code'>): string {
  return `${system}|${code}`;
}

function composeOf(valueSet: Plain): Plain | undefined {
  const { compose } = valueSet;
  return typeof compose === 'object' && compose !== null && !Array.isArray(compose) ? (compose as Plain) : undefined;
}

function partsOf(valueSet: Plain): readonly Plain[] {
  const compose = composeOf(valueSet);
  return compose === undefined ? [] : [...plainsOf(compose, 'include'), ...plainsOf(compose, 'exclude')];
}

/** A set that is given by its expansion alone. */
function expanded({ expansion }: Plain): readonly Coded[] {
  const found: Coded[] = [];
  const add = (list: readonly Plain[]): void => {
    for (const one of list) {
      const [system, code] = [textOf(one, 'system'), textOf(one, 'code')];
      if (system !== undefined && code !== undefined)
        found.push({
          system,
          code,
          version: textOf(one, 'version'),
          display: textOf(one, 'display'),
          isAbstract: one['abstract'] === true,
          isInactive: one['inactive'] === true,
        });
      add(plainsOf(one, 'contains'));
    }
  };
  if (typeof expansion !== 'object' || expansion === null || Array.isArray(expansion)) throw unsaid();
  // Of a long expansion a page may be all that was stored.
  const { total, offset } = expansion as Plain;
  add(plainsOf(expansion as Plain, 'contains'));
  if (offset !== undefined || (total !== undefined && total !== found.length)) throw unsaid();
  return found;
}

/** Everything that one part includes: of its system, and in every set that it names. */
function codesOf(part: Plain, known: Known, depth: number): readonly Coded[] {
  const sets = imports(part).map((canonical) => {
    const codes = known.worked.get(canonical) ?? codesIn(known.valueSet(canonical), known, depth + 1);
    known.worked.set(canonical, codes);
    return codes;
  });
  const own = canonicalOf(part).length === 0 ? undefined : ownCodes(part, known);
  const [first, ...others] = own === undefined ? sets : [own, ...sets];
  if (first === undefined) throw unsaid();
  return others.reduce((codes, set) => {
    const keys = new Set(set.map(keyOf));
    return codes.filter((one) => keys.has(keyOf(one)));
  }, first);
}

function ownCodes(part: Plain, known: Known): readonly Coded[] {
  const system = textOf(part, 'system')!;
  const named = plainsOf(part, 'concept');
  const filters = plainsOf(part, 'filter');
  if (named.length > 0) {
    if (filters.length > 0) throw unsaid();
    return named.flatMap((one) => {
      const code = textOf(one, 'code');
      const display = textOf(one, 'display');
      return code === undefined
        ? []
        : [{ system, version: textOf(part, 'version'), code, display, isAbstract: false, isInactive: false }];
    });
  }
  const [canonical = ''] = canonicalOf(part);
  const from = known.codeSystem(canonical);
  const passes = filters.map((filter) => passesOf(filter, from));
  return [...from.concepts.values()]
    .filter((concept) => passes.every((pass) => pass(concept)))
    .map(({ code, display, isAbstract, isInactive }) => ({
      system,
      version: from.version,
      code,
      display,
      isAbstract,
      isInactive,
    }));
}

/** http://hl7.org/fhir/filter-operator, as far as a document says it. Regular expressions are not run: anybody may have written them. */
function passesOf(filter: Plain, from: CodeSystem): (concept: Concept) => boolean {
  const [property, value] = [textOf(filter, 'property'), textOf(filter, 'value')];
  if (property === undefined || value === undefined) throw unsaid();
  const isCode = property === 'concept' || property === 'code';
  const values = (concept: Concept): readonly (string | undefined)[] => {
    if (isCode) return [concept.code];
    if (property === 'display') return [concept.display];
    if (property === 'parent') return concept.parents;
    return concept.properties.filter(({ code }) => code === property).map(propertyText);
  };
  const list = value.split(',').map((one) => one.trim());
  switch (filter['op']) {
    case '=':
      return (concept) => values(concept).includes(value);
    case 'in':
      return (concept) => values(concept).some((one) => one !== undefined && list.includes(one));
    case 'not-in':
      return (concept) => !values(concept).some((one) => one !== undefined && list.includes(one));
    case 'exists':
      return (concept) => String(values(concept).some((one) => one !== undefined)) === value;
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a': {
      const top = isCode ? from.find(value) : undefined;
      if (top === undefined) throw unsaid();
      const below = (concept: Concept): boolean => [...from.above(concept.code)].some((code) => from.find(code) === top);
      if (filter['op'] === 'is-not-a') return (concept) => !below(concept);
      return filter['op'] === 'is-a' ? below : (concept) => concept !== top && below(concept);
    }
    default:
      throw unsaid();
  }
}

function canonicalOf(part: Plain): readonly string[] {
  const system = textOf(part, 'system');
  const version = textOf(part, 'version');
  return system === undefined ? [] : [version === undefined ? system : `${system}|${version}`];
}

function imports(part: Plain): readonly string[] {
  const { valueSet } = part;
  return Array.isArray(valueSet) ? valueSet.filter((one) => typeof one === 'string') : [];
}

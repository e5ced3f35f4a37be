/** A CodeSystem (codesystem.html) as concepts and what is above them. */
import { isPlain, type Plain, plainsOf, textOf } from './plain.ts';
import { unsaid } from './unsaid.ts';

export interface Concept {
  readonly code: string;
  readonly display: string | undefined;
  readonly definition: string | undefined;
  readonly designations: readonly Plain[];
  readonly properties: readonly Plain[];
  /** Cannot be chosen (`notSelectable`). */
  readonly isAbstract: boolean;
  readonly isInactive: boolean;
  /** Codes directly above. */
  readonly parents: readonly string[];
}

export interface CodeSystem {
  readonly url: string;
  readonly version: string | undefined;
  readonly name: string;
  /** By the code as it is compared. In the order of the document. */
  readonly concepts: ReadonlyMap<string, Concept>;
  /** Whether what is nested is a kind of what it is nested in. */
  readonly hasKinds: boolean;
  find(code: string): Concept | undefined;
  /** The code itself, and all above it. Throws Problem where the hierarchy means something else. */
  above(code: string): ReadonlySet<string>;
}

/** Throws Problem unless the document says all of its code system. */
export function codeSystem(document: Plain): CodeSystem {
  const url = textOf(document, 'url');
  if (url === undefined || document['content'] !== 'complete') throw unsaid();
  const asCompared = (code: string): string => (document['caseSensitive'] === false ? code.toLowerCase() : code);
  const concepts = new Map<string, Concept>();
  const add = (list: readonly Plain[], parent: string | undefined): void => {
    for (const one of list) {
      const concept = conceptOf(one, parent);
      if (concept !== undefined) concepts.set(asCompared(concept.code), concept);
      add(plainsOf(one, 'concept'), concept?.code);
    }
  };
  add(plainsOf(document, 'concept'), undefined);
  const meaning = textOf(document, 'hierarchyMeaning');
  const hasKinds = meaning === undefined || meaning === 'is-a';
  return Object.freeze<CodeSystem>({
    url,
    version: textOf(document, 'version'),
    name: textOf(document, 'name') ?? url,
    concepts,
    hasKinds,
    find: (code) => concepts.get(asCompared(code)),
    above(code) {
      if (!hasKinds) throw unsaid();
      const seen = new Set<string>();
      const open = [code];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const compared = asCompared(next);
        if (seen.has(compared)) continue;
        seen.add(compared);
        open.push(...(concepts.get(compared)?.parents ?? []));
      }
      return seen;
    },
  });
}

function conceptOf(one: Plain, parent: string | undefined): Concept | undefined {
  const code = textOf(one, 'code');
  if (code === undefined) return undefined;
  const properties = plainsOf(one, 'property');
  const said = (name: string): readonly Plain[] => properties.filter((property) => property['code'] === name);
  const parents = said('parent').flatMap((property) => textOf(property, 'valueCode') ?? []);
  const retired = said('status').some(({ valueCode }) => valueCode === 'retired' || valueCode === 'inactive');
  return {
    code,
    display: textOf(one, 'display'),
    definition: textOf(one, 'definition'),
    designations: plainsOf(one, 'designation'),
    properties,
    isAbstract: said('notSelectable').some(({ valueBoolean }) => valueBoolean === true),
    isInactive: retired || said('inactive').some(({ valueBoolean }) => valueBoolean === true),
    parents: parent === undefined ? parents : [parent, ...parents],
  };
}

/** The value of a property of a concept, as text; undefined when it has none. */
export function propertyText(property: Plain): string | undefined {
  const [value] = Object.entries(property).flatMap(([name, member]) => (name.startsWith('value') ? [member] : []));
  if (isPlain(value)) return textOf(value, 'code');
  return value === undefined || value === null ? undefined : String(value);
}

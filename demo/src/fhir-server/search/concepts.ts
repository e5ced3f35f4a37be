/**
 * FHIR R4 search §3.1.1.4.5 (`:in`, `:not-in`, `:above`, `:below` of codes), by the ValueSets and CodeSystems that are stored here. Of several with one
 * URL the one with the greatest version counts. What is not stored, not whole, or says more than is read here is refused.
 */
import { Refusal } from '../answer.ts';
import type { Json } from '../storage/version.ts';
import type { SearchContext } from './context.ts';
import { flat, get } from './expression.ts';
import type { Token } from './extract.ts';

/** `system|code` */
type Codes = ReadonlySet<string>;

interface Hierarchy {
  /** By code: those directly above it. */
  readonly above: ReadonlyMap<string, readonly string[]>;
}

const DEEPEST = 5;

/** Of one value of a parameter with one of these modifiers. */
export function matchConcepts(context: SearchContext, modifier: string, value: string): (candidate: Token) => boolean {
  const codes = modifier === 'in' || modifier === 'not-in' ? codesOfSet(context, value) : related(context, value, modifier);
  const bare = new Set([...codes].map((each) => each.slice(each.indexOf('|') + 1)));
  return ({ system, code }) =>
    code !== undefined && (system === null ? bare.has(code) : system !== undefined && codes.has(`${system}|${code}`));
}

function codesOfSet(context: SearchContext, canonical: string, depth = 0): Codes {
  const set = stored(context, 'ValueSet', canonical);
  if (set === undefined || depth > DEEPEST) throw unknown(canonical);
  const compose = get(set, 'compose');
  if (compose === undefined) return expanded(set, canonical);
  const found = new Set(flat(get(compose, 'include')).flatMap((part) => [...codesOfPart(context, part, depth)]));
  for (const part of flat(get(compose, 'exclude'))) for (const code of codesOfPart(context, part, depth)) found.delete(code);
  return found;
}

function expanded(set: Json, canonical: string): Codes {
  const expansion = get(set, 'expansion');
  if (expansion === undefined || get(expansion, 'offset') !== undefined) throw unknown(canonical);
  const contained = (list: readonly Json[]): readonly string[] =>
    list.flatMap((each) => [
      ...(text(each, 'code') === '' ? [] : [`${text(each, 'system')}|${text(each, 'code')}`]),
      ...contained(flat(get(each, 'contains'))),
    ]);
  return new Set(contained(flat(get(expansion, 'contains'))));
}

/** What the part names of its system and what is in every set that it imports. */
function codesOfPart(context: SearchContext, part: Json, depth: number): Codes {
  const sets = flat(get(part, 'valueSet')).map((canonical) => codesOfSet(context, String(canonical), depth + 1));
  const own = text(part, 'system') === '' ? [] : [codesOfSystem(context, part)];
  const [first, ...others] = [...own, ...sets];
  if (first === undefined) throw unknown('');
  return new Set([...first].filter((code) => others.every((each) => each.has(code))));
}

function codesOfSystem(context: SearchContext, part: Json): Codes {
  const system = text(part, 'system');
  const named = flat(get(part, 'concept'));
  if (named.length > 0) return new Set(named.map((concept) => `${system}|${text(concept, 'code')}`));
  const version = text(part, 'version');
  const hierarchy = hierarchyOf(context, version === '' ? system : `${system}|${version}`);
  const tests = flat(get(part, 'filter')).map((filter) => {
    const [operator, value] = [text(filter, 'op'), text(filter, 'value')];
    if (text(filter, 'property') !== 'concept' || !hierarchy.above.has(value)) throw unknown(system);
    if (operator === 'is-a') return (code: string) => isBelow(hierarchy, code, value);
    if (operator === 'descendent-of') return (code: string) => code !== value && isBelow(hierarchy, code, value);
    throw unknown(system);
  });
  const codes = [...hierarchy.above.keys()].filter((code) => tests.every((test) => test(code)));
  return new Set(codes.map((code) => `${system}|${code}`));
}

/** The code itself, and what is above or below it. */
function related(context: SearchContext, value: string, modifier: string): Codes {
  const bar = value.indexOf('|');
  const [system, code] = [value.slice(0, Math.max(bar, 0)), value.slice(bar + 1)];
  const hierarchy = hierarchyOf(context, system);
  if (!hierarchy.above.has(code)) throw unknown(value);
  const codes = [...hierarchy.above.keys()].filter((each) =>
    modifier === 'below' ? isBelow(hierarchy, each, code) : isBelow(hierarchy, code, each),
  );
  return new Set(codes.map((each) => `${system}|${each}`));
}

function isBelow({ above }: Hierarchy, code: string, top: string, seen: ReadonlySet<string> = new Set()): boolean {
  if (code === top) return true;
  if (seen.has(code)) return false;
  return (above.get(code) ?? []).some((each) => isBelow({ above }, each, top, new Set([...seen, code])));
}

function hierarchyOf(context: SearchContext, canonical: string): Hierarchy {
  const system = stored(context, 'CodeSystem', canonical);
  const meaning = system === undefined ? '' : text(system, 'hierarchyMeaning');
  if (system === undefined || text(system, 'content') !== 'complete' || (meaning !== '' && meaning !== 'is-a'))
    throw unknown(canonical);
  const above = new Map<string, readonly string[]>();
  const note = (list: readonly Json[], parent: readonly string[]): void => {
    for (const concept of list) {
      const code = text(concept, 'code');
      const more = flat(get(concept, 'property')).filter((property) => text(property, 'code') === 'parent');
      above.set(code, [...parent, ...more.map((property) => text(property, 'valueCode'))]);
      note(flat(get(concept, 'concept')), [code]);
    }
  };
  note(flat(get(system, 'concept')), []);
  return { above };
}

function stored(context: SearchContext, type: 'ValueSet' | 'CodeSystem', canonical: string): Json | undefined {
  const [url = '', version] = canonical.split('|');
  const found = [...context.store.all(type)].filter(
    ({ value }) => text(value, 'url') === url && (version === undefined || text(value, 'version') === version),
  );
  const newest = found.sort(
    (one, other) => compare(text(one.value, 'version'), text(other.value, 'version')) || compare(one.key, other.key),
  );
  return newest.at(-1)?.value;
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

function text(value: Json, name: string): string {
  const found = get(value, name);
  return typeof found === 'string' ? found : '';
}

function unknown(canonical: string): Refusal {
  return new Refusal(422, 'not-found', `"${canonical}" is not known here as a whole`);
}

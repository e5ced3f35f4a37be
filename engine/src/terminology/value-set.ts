/**
 * FHIR R4 valueset.html: the codes of a ValueSet that names them one by one, in its expansion or in its definition. One that must be computed from
 * a code system is refused: half a value set would permit too much or deny too little.
 */
import { Problem } from '../problem.ts';

/** `system|code`. */
export type CodeSet = ReadonlySet<string>;

type Members = Readonly<Record<string, unknown>>;

/**
 * By canonical URL, without and (where there is one) with `|version`. `resources`: parsed ValueSets, or Bundles of them; a Bundle may hold other things.
 * Throws Problem `policy-invalid` with the reason in `detail`.
 */
export function valueSets(resources: readonly unknown[]): ReadonlyMap<string, CodeSet> {
  const written = resources.flatMap(valueSetsIn);
  const defined = new Map<string, Members>();
  for (const one of written) {
    const url = one['url'];
    if (typeof url !== 'string' || url === '') refuse('a ValueSet has no url');
    if (defined.has(url)) refuse(`two ValueSets have the url ${url}`);
    defined.set(url, one);
  }
  const sets = new Map<string, CodeSet>();
  for (const [url, one] of defined) {
    const codes = codesOf(url, defined, []);
    sets.set(url, codes);
    if (typeof one['version'] === 'string') sets.set(`${url}|${one['version']}`, codes);
  }
  return sets;
}

function valueSetsIn(resource: unknown): readonly Members[] {
  if (!isMembers(resource)) refuse('a value set file holds no FHIR resource');
  if (resource['resourceType'] === 'ValueSet') return [resource];
  if (resource['resourceType'] !== 'Bundle')
    refuse(`expected a ValueSet or a Bundle of them, not ${String(resource['resourceType'])}`);
  return listOf(resource['entry']).flatMap((entry) => {
    const inner = entry['resource'];
    return isMembers(inner) && inner['resourceType'] === 'ValueSet' ? [inner] : [];
  });
}

function codesOf(url: string, defined: ReadonlyMap<string, Members>, path: readonly string[]): CodeSet {
  if (path.includes(url)) refuse(`ValueSet ${url} imports itself`);
  const one = defined.get(url.split('|')[0]!);
  if (one === undefined) refuse(`ValueSet ${path.at(-1)} imports ${url}, which is not among those given`);
  if (isMembers(one['expansion'])) return expanded(one['expansion'], url);
  const compose = one['compose'];
  if (!isMembers(compose)) refuse(`ValueSet ${url} has neither expansion nor definition`);
  const codes = new Set<string>();
  for (const part of listOf(compose['include'])) for (const code of partCodes(part, url, defined, path)) codes.add(code);
  for (const part of listOf(compose['exclude'])) for (const code of partCodes(part, url, defined, path)) codes.delete(code);
  return codes;
}

/** One `include` or `exclude`: its concepts and all the value sets that it names must agree. */
function partCodes(part: Members, url: string, defined: ReadonlyMap<string, Members>, path: readonly string[]): CodeSet {
  if (listOf(part['filter']).length > 0) refuse(`ValueSet ${url} is defined by a filter; load it expanded`);
  const system = part['system'];
  const concepts = listOf(part['concept']);
  const imported = (Array.isArray(part['valueSet']) ? part['valueSet'] : []).map((each: unknown) => {
    if (typeof each !== 'string') refuse(`ValueSet ${url} imports something that is no url`);
    return codesOf(each, defined, [...path, url]);
  });
  if (typeof system === 'string' && concepts.length === 0) refuse(`ValueSet ${url} takes all of ${system}; load it expanded`);
  const sets: CodeSet[] = [...imported];
  if (typeof system === 'string') sets.push(new Set(concepts.map((concept) => `${system}|${codeOf(concept, url)}`)));
  const [first, ...rest] = sets;
  if (first === undefined) refuse(`ValueSet ${url} has a part without a system`);
  return new Set([...first].filter((code) => rest.every((set) => set.has(code))));
}

function expanded(expansion: Members, url: string): CodeSet {
  const codes = new Set<string>();
  let count = 0;
  const walk = (contains: unknown): void => {
    for (const item of listOf(contains)) {
      count++;
      if (item['abstract'] !== true && typeof item['system'] === 'string' && typeof item['code'] === 'string')
        codes.add(`${item['system']}|${item['code']}`);
      walk(item['contains']);
    }
  };
  walk(expansion['contains']);
  if (typeof expansion['total'] === 'number' && expansion['total'] > count)
    refuse(`ValueSet ${url} is expanded in part only (${count} of ${expansion['total']})`);
  return codes;
}

function codeOf(concept: Members, url: string): string {
  const code = concept['code'];
  return typeof code === 'string' ? code : refuse(`ValueSet ${url} has a concept without a code`);
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(detail: string): never {
  throw new Problem('policy-invalid', 'A value set cannot be used.', { detail });
}

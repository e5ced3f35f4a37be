/** Searches that go from one resource to another: chains, `_has`, includes. Mostly along references that are really there. */

import { criterion, searchOf, type Term } from './criteria.ts';
import { type Drawing, typeFor } from './drawing.ts';
import { tables } from './gateway.ts';
import { type Json, valuesAt } from './json.ts';
import type { Asked } from './scenario.ts';

/** A reference parameter of `source` whose target is one of the types at hand. */
function link(
  { random, types }: Drawing,
  source: string,
  target?: string,
): { readonly name: string; readonly target: string; readonly typed: boolean } | undefined {
  const links = [...tables.types.get(source)!.searchParameters.values()].filter(
    ({ type, targets, kind }) =>
      type === 'reference' &&
      kind === 'plain' &&
      targets.some((one) => (target === undefined ? types.includes(one) : one === target)),
  );
  if (links.length === 0) return undefined;
  const parameter = random.pick(links);
  return {
    name: parameter.name,
    target: target ?? random.pick(parameter.targets.filter((one) => types.includes(one))),
    typed: parameter.targets.length > 1,
  };
}

interface Followed {
  readonly name: string;
  readonly typed: boolean;
  readonly target: Json;
}

/** Where the references of this resource lead, among what there is. */
function followed({ shown, raw }: Drawing, resource: Json): readonly Followed[] {
  const references = [...tables.types.get(resource.resourceType)!.searchParameters.values()].filter(
    ({ type, kind }) => type === 'reference' && kind === 'plain',
  );
  return references.flatMap(({ name, paths, targets }) =>
    paths.flatMap((path) =>
      valuesAt(resource, path).flatMap((reference) => {
        const [, type = '', id] = /([A-Z][A-Za-z]+)\/([^/]+)$/.exec(reference.reference ?? '') ?? [];
        const target = [...(shown.get(type) ?? []), ...(raw.get(type) ?? [])].find((each) => each.id === id);
        return target === undefined || !targets.includes(type) ? [] : [{ name, typed: targets.length > 1, target }];
      }),
    ),
  );
}

/** A resource of which some reference leads somewhere. */
function linked(drawing: Drawing, type: string): Json | undefined {
  const all = (drawing.random.chance(0.85) ? drawing.shown.get(type) : undefined) ?? drawing.raw.get(type) ?? [];
  const some = all.filter((resource) => followed(drawing, resource).length > 0);
  return some.length === 0 ? undefined : drawing.random.pick(some);
}

export function chain(drawing: Drawing, depth: number): Asked | undefined {
  const { random } = drawing;
  const anchor = linked(drawing, typeFor(drawing));
  if (anchor === undefined) return undefined;
  let text = '';
  let at = anchor;
  for (let level = 0; level < depth; level++) {
    const ways = followed(drawing, at);
    if (ways.length === 0) return undefined;
    const { name, typed, target } = random.pick(ways);
    text += `${name}${typed || random.chance(0.5) ? `:${target.resourceType}` : ''}.`;
    at = target;
  }
  const inner = criterion(drawing, at.resourceType, at);
  if (inner === undefined) return undefined;
  const { resourceType } = anchor;
  return searchOf(drawing, resourceType, [{ text: text + inner.text, tries: ['chain', ...inner.tries] }], resourceType, anchor);
}

export function has(drawing: Drawing): Asked | undefined {
  const source = linked(drawing, typeFor(drawing));
  if (source === undefined) return undefined;
  const { name, target } = drawing.random.pick(followed(drawing, source));
  const inner = criterion(drawing, source.resourceType, source);
  if (inner === undefined) return undefined;
  const text = `_has:${source.resourceType}:${name}:${inner.text}`;
  return searchOf(drawing, target.resourceType, [{ text, tries: ['_has', ...inner.tries] }], target.resourceType, target);
}

export function include(drawing: Drawing, iterate: boolean): Asked | undefined {
  const { random } = drawing;
  const type = typeFor(drawing);
  const first = link(drawing, type);
  if (first === undefined) return undefined;
  const terms: Term[] = [
    random.chance(0.15)
      ? { text: `_include=${type}:*${random.chance(0.3) ? `:${first.target}` : ''}`, tries: ['_include', '_include *'] }
      : { text: `_include=${type}:${first.name}${random.chance(0.3) ? `:${first.target}` : ''}`, tries: ['_include'] },
  ];
  const second = iterate ? link(drawing, first.target) : undefined;
  if (iterate && second === undefined) return undefined;
  if (second !== undefined)
    terms.push({ text: `_include:iterate=${first.target}:${second.name}`, tries: ['_include:iterate'] });
  return searchOf(drawing, type, terms);
}

export function revinclude(drawing: Drawing): Asked | undefined {
  const type = typeFor(drawing);
  if (drawing.random.chance(0.2)) return byAll(drawing, type);
  const source = drawing.random.pick(drawing.types);
  const back = link(drawing, source, type);
  if (back === undefined) return undefined;
  const name = drawing.random.chance(0.15) ? '*' : back.name;
  return searchOf(drawing, type, [{ text: `_revinclude=${source}:${name}`, tries: ['_revinclude'] }]);
}

/** What a plain server without such a word is asked instead: every type there is, by name. */
function byAll(drawing: Drawing, type: string): Asked {
  const asked = searchOf(drawing, type, [{ text: '_revinclude=*', tries: ['_revinclude', '_revinclude *'] }]);
  const [, query = ''] = asked.target.split('?');
  const named = drawing.types.map((source) => `_revinclude=${source}:*`).join('&');
  return { ...asked, plain: query.replace('_revinclude=*', named) };
}

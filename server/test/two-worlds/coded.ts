/** Criteria by value sets and hierarchies (`:in`, `:not-in`, `:below`, `:above`), over the codes of the harness. */
import type { SearchParameter } from '@fireguard/engine';
import { searchOf, type Term } from './criteria.ts';
import { type Drawing, one } from './drawing.ts';
import { tables } from './gateway.ts';
import { type Json, valuesAt } from './json.ts';
import { systems, valueSets } from './resources.ts';
import type { Asked } from './scenario.ts';

const modifiers = ['in', 'not-in', 'not-in', 'below', 'below', 'above', 'above'];

/** Undefined: nothing that could be meant is seen. */
export function codedTerm(drawing: Drawing, parameter: SearchParameter, resource: Json): Term | undefined {
  const { random, shown } = drawing;
  const codings = codingsOf(parameter, resource);
  if (parameter.type !== 'token' || codings.length === 0) return undefined;
  const modifier = random.pick(random.isAbout('any set') ? ['in', 'in', 'not-in'] : modifiers);
  const tries = ['parameter token', `modifier code:${modifier}`];
  const known = codings.filter(({ system, code }) =>
    (shown.get('CodeSystem') ?? []).some((one) => one.url === system && JSON.stringify(one).includes(`"${code}"`)),
  );
  const hierarchical = modifier === 'below' || modifier === 'above';
  const { system, code } = random.pick(hierarchical && known.length > 0 && random.chance(0.9) ? known : codings);
  if (hierarchical) return { text: `${parameter.name}:${modifier}=${encodeURIComponent(`${system}|${code}`)}`, tries };
  const told = (shown.get('ValueSet') ?? []).filter((set) => JSON.stringify(set).includes(`"${code}"`));
  const seen = shown.get('ValueSet') ?? [];
  const among = random.isAbout('any set') && seen.length > 0 ? seen : told;
  const url = among.length > 0 && random.chance(0.85) ? random.pick(among).url : random.pick(valueSets);
  return { text: `${parameter.name}:${modifier}=${encodeURIComponent(url)}`, tries };
}

/** Of a type whose codes the terminology that is seen may know. */
export function byTerminology(drawing: Drawing): Asked | undefined {
  const { random, shown } = drawing;
  if (!shown.has('ValueSet') && !shown.has('CodeSystem')) return undefined;
  const coded = [...shown.keys()].filter((type) => parametersOf(shown.get(type)!).length > 0);
  if (coded.length === 0) return undefined;
  const type = random.pick(coded);
  const anchor = one(drawing, type)!;
  const parameters = parametersOf([anchor]);
  const term = parameters.length === 0 ? undefined : codedTerm(drawing, random.pick(parameters), anchor);
  return term === undefined ? undefined : searchOf(drawing, type, [term], type, anchor);
}

function parametersOf(resources: readonly Json[]): readonly SearchParameter[] {
  const [first] = resources;
  const all = [...tables.types.get(first.resourceType)!.searchParameters.values()];
  return all.filter((parameter) => resources.some((resource) => codingsOf(parameter, resource).length > 0));
}

function codingsOf({ type, paths }: SearchParameter, resource: Json): readonly Json[] {
  if (type !== 'token') return [];
  const values = paths.flatMap((path) => valuesAt(resource, path));
  return values.flatMap((value) => value?.coding ?? []).filter(({ system }: Json) => systems.includes(system));
}

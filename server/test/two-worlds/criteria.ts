/** Search criteria and sorts from the search-parameter tables, with values that match. */
import type { SearchParameter, TypeFacts } from '@fireguard/engine';
import { codedTerm } from './coded.ts';
import { type Drawing, one } from './drawing.ts';
import { tables } from './gateway.ts';
import { type Json, valuesAt } from './json.ts';
import type { Asked } from './scenario.ts';
import { timeOf } from './upstream.ts';
import { drawValue } from './values.ts';

const modifiers: Readonly<Record<string, readonly string[]>> = {
  token: ['not', 'missing', 'text', 'text'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing', 'identifier', 'type'],
  date: ['missing'],
  quantity: ['missing'],
  number: ['missing'],
  uri: ['missing', 'below', 'above'],
};

export interface Term {
  readonly text: string;
  readonly tries: readonly string[];
}

/** `anchor`: a resource that it shall match. */
export function criterion(drawing: Drawing, type: string, anchor = one(drawing, type)): Term | undefined {
  const { random, decider } = drawing;
  const facts = tables.types.get(type)!;
  const closed = decider.maskable(type, 'search');
  for (let attempt = 0; attempt < 8; attempt++) {
    const all = [...facts.searchParameters.values()];
    const parameter = random.pick(
      random.chance(0.3) ? all.filter(({ type: kind }) => kind === 'date' || kind === 'quantity') : all,
    );
    if (parameter.type === 'special') continue;
    const touched = parameter.paths.some((path) => isTouched(path, closed));
    if (touched && !random.chance(0.2)) continue;
    const term = termFor(drawing, facts, parameter, anchor);
    if (term !== undefined) return term;
  }
  return undefined;
}

function termFor(drawing: Drawing, type: TypeFacts, parameter: SearchParameter, resource: Json | undefined): Term | undefined {
  const { random } = drawing;
  if (resource === undefined) return undefined;
  const tries = [
    `parameter ${parameter.type}`,
    ...(parameter.kind === 'derived' ? ['parameter derived'] : []),
    ...(parameter.name.startsWith('_') ? [`parameter ${parameter.name}`] : []),
  ];
  if (parameter.name === '_lastUpdated') {
    const early = timeOf(`${type.name}/${resource.id}`, 0) < Date.parse('2025-01-28');
    const [prefix, time] = random.pick([
      ['ge', '2020'],
      early !== random.chance(0.15) ? ['lt', '2025-02-01'] : ['gt', '2025-01-20'],
    ] as const);
    return { text: `_lastUpdated=${prefix}${time}`, tries: [...tries, `prefix ${prefix}`] };
  }
  if (drawing.shown.has('ValueSet') && random.chance(0.15)) {
    const term = codedTerm(drawing, parameter, resource);
    if (term !== undefined) return term;
  }
  const drawn = drawValue(random, type, parameter, resource);
  const modifier = random.chance(0.3) ? random.pick(modifiers[parameter.type] ?? ['']) : '';
  if (modifier === 'missing') {
    const missing = (drawn === undefined) !== random.chance(0.2);
    return { text: `${parameter.name}:missing=${missing}`, tries: [...tries, 'modifier :missing'] };
  }
  if (drawn === undefined) return undefined;
  let text = drawn.text;
  if (random.chance(0.15)) {
    const more = drawValue(random, type, parameter, one(drawing, type.name) ?? resource);
    if (more !== undefined) text = `${text},${more.text}`;
  }
  const prefix = drawn.prefix === undefined ? [] : [`prefix ${drawn.prefix}`];
  if (modifier === '' || parameter.name === '_id')
    return { text: `${parameter.name}=${encodeURIComponent(text)}`, tries: [...tries, ...prefix] };
  if (modifier === 'type') {
    const [target = '', id = ''] = text.split('/').slice(-2);
    if (!parameter.targets.includes(target)) return undefined;
    return { text: `${parameter.name}:${target}=${id}`, tries: [...tries, 'modifier :[type]'] };
  }
  if (modifier === 'identifier')
    return { text: `${parameter.name}:identifier=${encodeURIComponent('urn:x|1')}`, tries: [...tries, 'modifier :identifier'] };
  if (modifier === 'text') text = (textOf(random, parameter, resource) ?? text).slice(0, 8);
  return { text: `${parameter.name}:${modifier}=${encodeURIComponent(text)}`, tries: [...tries, `modifier :${modifier}`] };
}

/** What is shown for one of the codes that stand there. */
function textOf(random: Drawing['random'], { paths }: SearchParameter, resource: Json): string | undefined {
  const texts = paths
    .flatMap((path) => valuesAt(resource, path))
    .flatMap((value) => value?.text ?? value?.coding?.[0]?.display ?? []);
  return texts.length === 0 ? undefined : random.pick(texts);
}

export function searchOf(
  drawing: Drawing,
  type: string,
  extra: readonly Term[] = [],
  place = type,
  anchor = one(drawing, type),
): Asked {
  const { random } = drawing;
  const terms = [...extra];
  for (
    let count = random.weighted([
      [7, 0],
      [5, 1],
      [1, 2],
    ]);
    count > 0;
    count--
  ) {
    const term = criterion(drawing, type, anchor);
    if (term !== undefined) terms.push(term);
  }
  if (random.chance(0.5) && !terms.some(({ text }) => text.startsWith('_count')))
    terms.push({ text: `_count=${random.pick([1, 2, 3, 50])}`, tries: ['result _count'] });
  const query = terms.map(({ text }) => text).join('&');
  return {
    method: 'GET',
    target: `/${place}${query === '' ? '' : `?${query}`}`,
    tries: ['search', ...new Set(terms.flatMap(({ tries }) => tries))],
  };
}

export function sortTerm({ random, decider }: Drawing, type: string): Term {
  const closed = decider.maskable(type, 'search');
  const all = [...tables.types.get(type)!.searchParameters.values()].filter(
    ({ type: kind }) => kind !== 'special' && kind !== 'composite',
  );
  const open = all.filter(({ paths }) => !paths.some((path) => isTouched(path, closed)));
  const { name } = random.pick(random.chance(0.85) ? open : all);
  return { text: `_sort=${random.chance(0.5) ? '-' : ''}${name}`, tries: ['result _sort'] };
}

/**
 * By what may be masked, with values that stand there or might: mostly among so few that it may be read to the end, where criteria are kept back
 * and the order is made here.
 */
export function byMasked(drawing: Drawing): Asked | undefined {
  const { random, decider, shown, raw } = drawing;
  const among = [...shown.keys()].filter((type) => shown.get(type)!.length > 1 && decider.maskable(type, 'search').length > 0);
  if (among.length === 0) return undefined;
  const type = random.pick(among);
  const facts = tables.types.get(type)!;
  const masks = decider.maskable(type, 'search');
  const reading = [...facts.searchParameters.values()].filter(
    ({ type: kind, paths }) => kind !== 'special' && paths.some((path) => isTouched(path, masks)),
  );
  if (reading.length === 0) return undefined;
  // Of a value whose part may be gone, what is left means something else.
  const partly = reading.filter(({ paths }) => paths.some((path) => masks.some((mask) => mask.startsWith(`${path}.`))));
  const parameter = random.pick(
    partly.length > 0 && random.chance(random.isAbout('parts first') ? 0.9 : 0.5) ? partly : reading,
  );
  const stored = raw.get(type)!.filter(({ id }) => shown.get(type)!.some((each) => each.id === id));
  const term =
    parameter.type !== 'composite' && random.chance(0.3)
      ? { text: `_sort=${random.chance(0.5) ? '-' : ''}${parameter.name}`, tries: ['result _sort'] }
      : termFor(drawing, facts, parameter, random.chance(0.6) ? random.pick(stored) : random.pick(raw.get(type)!));
  if (term === undefined) return undefined;
  // A mask that announces itself puts something where nothing may be stored.
  if (parameter.type !== 'composite' && parameter.name !== '_id' && random.chance(0.15))
    return searchOf(drawing, type, [{ text: `${parameter.name}:missing=false`, tries: ['modifier :missing'] }]);
  const ids = [...new Set(shown.get(type)!.map(({ id }) => id as string))];
  const few = { text: `_id=${ids.join(',')}`, tries: ['parameter _id'] };
  const wide = !/:(not|missing|not-in)=|_sort|=(ne|ap)/.test(term.text) && random.chance(0.25);
  return searchOf(drawing, type, wide ? [term] : [few, term]);
}

export function isTouched(path: string, masks: readonly string[]): boolean {
  return masks.some((mask) => path === mask || path.startsWith(`${mask}.`) || mask.startsWith(`${path}.`));
}

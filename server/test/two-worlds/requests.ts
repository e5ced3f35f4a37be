/**
 * Random requests from the engine's search-parameter tables (the one thing that is taken from it: what exists, not what is permitted). Each
 * kind of request is a feature; what is not served yet is asked rarely, so that it is seen to be refused alike.
 */
import type { SearchParameter, TypeFacts } from '@fireguard/engine';
import { tables } from './gateway.ts';
import { copy, type Json } from './json.ts';
import type { NaiveDecider, NaiveInteraction } from './naive/decider.ts';
import { naiveTypes } from './naive/types.ts';
import type { Random } from './random.ts';
import { generate, patients, population } from './resources.ts';
import type { Asked, SceneFacts, World } from './scenario.ts';
import { drawValue } from './values.ts';

/** What values and ids are drawn from. */
export interface Drawing {
  readonly random: Random;
  readonly types: readonly string[];
  readonly decider: NaiveDecider;
  readonly facts: SceneFacts;
  /** Current states by type: as released, and as they are in either world. */
  readonly shown: ReadonlyMap<string, readonly Json[]>;
  readonly raw: ReadonlyMap<string, readonly Json[]>;
  /** Types of which something is hidden or masked. */
  readonly closed: ReadonlySet<string>;
}

export function drawing(
  random: Random,
  types: readonly string[],
  decider: NaiveDecider,
  facts: SceneFacts,
  a: World,
  b: World,
): Drawing {
  const shown = new Map<string, Json[]>();
  const raw = new Map<string, Json[]>();
  const put = (map: Map<string, Json[]>, one: Json) => map.set(one.resourceType, [...(map.get(one.resourceType) ?? []), one]);
  for (const world of [a, b]) {
    for (const versions of Object.values(world)) {
      const current = versions.at(-1);
      if (current === null || current === undefined) continue;
      put(raw, current);
      const seen = world === a ? decider.sees(current, 'search') : undefined;
      if (typeof seen === 'object') put(shown, seen.form);
    }
  }
  const closed = new Set(
    [...raw]
      .filter(([type, all]) => all.length > 2 * (shown.get(type)?.length ?? 0) || decider.maskable(type, 'search').length > 0)
      .map(([type]) => type),
  );
  return { random, types, decider, facts, shown, raw, closed };
}

type Maker = (drawing: Drawing) => Asked | undefined;

const modifiers: Readonly<Record<string, readonly string[]>> = {
  token: ['not', 'missing', 'text'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing', 'identifier', 'type'],
  date: ['missing'],
  quantity: ['missing'],
  number: ['missing'],
  uri: ['missing', 'below', 'above'],
};

/** Types with something to see first; a search over nothing visible tells little. */
function typeFor({ random, types, shown, closed }: Drawing): string {
  const seen = types.filter((type) => shown.has(type));
  const mixed = seen.filter((type) => closed.has(type));
  if (mixed.length > 0 && random.chance(0.9)) return random.pick(mixed);
  return seen.length > 0 && random.chance(0.93) ? random.pick(seen) : random.pick(types);
}

function one({ random, shown, raw }: Drawing, type: string): Json | undefined {
  const from = random.chance(0.85) ? (shown.get(type) ?? raw.get(type)) : raw.get(type);
  return from === undefined ? undefined : random.pick(from);
}

interface Term {
  readonly text: string;
  readonly tries: readonly string[];
}

/** `anchor`: a resource that it shall match. */
function criterion(drawing: Drawing, type: string, anchor = one(drawing, type)): Term | undefined {
  const { random, decider } = drawing;
  const facts = tables.types.get(type)!;
  const closed = decider.maskable(type, 'search');
  for (let attempt = 0; attempt < 8; attempt++) {
    const all = [...facts.searchParameters.values()];
    const parameter = random.pick(
      random.chance(0.3) ? all.filter(({ type: kind }) => kind === 'date' || kind === 'quantity') : all,
    );
    if (parameter.type === 'special') continue;
    const touched = parameter.paths.some((path) =>
      closed.some((mask) => path === mask || path.startsWith(`${mask}.`) || mask.startsWith(`${path}.`)),
    );
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
    const [prefix, time] = random.pick([
      ['ge', '2020'],
      ['lt', '2025-02-01'],
      ['gt', '2025-01-20'],
    ] as const);
    return { text: `_lastUpdated=${prefix}${time}`, tries: [...tries, `prefix ${prefix}`] };
  }
  const drawn = drawValue(random, type, parameter, resource);
  const modifier = random.chance(0.3) ? random.pick(modifiers[parameter.type] ?? ['']) : '';
  if (modifier === 'missing')
    return { text: `${parameter.name}:missing=${random.pick(['true', 'false'])}`, tries: [...tries, 'modifier :missing'] };
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
  return { text: `${parameter.name}:${modifier}=${encodeURIComponent(text)}`, tries: [...tries, `modifier :${modifier}`] };
}

function searchOf(drawing: Drawing, type: string, extra: readonly Term[] = [], place = type): Asked {
  const { random } = drawing;
  const terms = [...extra];
  const anchor = one(drawing, type);
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

function sortTerm({ random, decider }: Drawing, type: string): Term {
  const closed = decider.maskable(type, 'search');
  const all = [...tables.types.get(type)!.searchParameters.values()].filter(
    ({ type: kind }) => kind !== 'special' && kind !== 'composite',
  );
  const open = all.filter(
    ({ paths }) =>
      !paths.some((path) => closed.some((mask) => path === mask || path.startsWith(`${mask}.`) || mask.startsWith(`${path}.`))),
  );
  const { name } = random.pick(random.chance(0.85) ? open : all);
  return { text: `_sort=${random.chance(0.5) ? '-' : ''}${name}`, tries: ['result _sort'] };
}

/** By what may be masked, among so few that it may be read to the end: where criteria are kept back, and where the order is made here. */
function byMasked(drawing: Drawing): Asked | undefined {
  const { random, decider, shown } = drawing;
  const among = [...shown.keys()].filter((type) => shown.get(type)!.length > 1 && decider.maskable(type, 'search').length > 0);
  if (among.length === 0) return undefined;
  const type = random.pick(among);
  const facts = tables.types.get(type)!;
  const masks = decider.maskable(type, 'search');
  const reading = [...facts.searchParameters.values()].filter(
    ({ type: kind, paths }) =>
      kind !== 'special' &&
      paths.some((path) => masks.some((mask) => path === mask || path.startsWith(`${mask}.`) || mask.startsWith(`${path}.`))),
  );
  if (reading.length === 0) return undefined;
  const ids = [...new Set(shown.get(type)!.map(({ id }) => id as string))];
  const parameter = random.pick(reading);
  const term =
    parameter.type !== 'composite' && random.chance(0.5)
      ? { text: `_sort=${random.chance(0.5) ? '-' : ''}${parameter.name}`, tries: ['result _sort'] }
      : termFor(drawing, facts, parameter, one(drawing, type));
  if (term === undefined) return undefined;
  return searchOf(drawing, type, [{ text: `_id=${ids.join(',')}`, tries: ['parameter _id'] }, term]);
}

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

function chain(drawing: Drawing, depth: number): Asked | undefined {
  const { random } = drawing;
  const type = typeFor(drawing);
  let text = '';
  let at = type;
  for (let level = 0; level < depth; level++) {
    const next = link(drawing, at);
    if (next === undefined) return undefined;
    text += `${next.name}${next.typed || random.chance(0.5) ? `:${next.target}` : ''}.`;
    at = next.target;
  }
  const inner = criterion(drawing, at);
  return inner === undefined
    ? undefined
    : searchOf(drawing, type, [{ text: text + inner.text, tries: ['chain', ...inner.tries] }]);
}

function has(drawing: Drawing): Asked | undefined {
  const { random, types } = drawing;
  const type = typeFor(drawing);
  const source = random.pick(types);
  const back = link(drawing, source, type);
  const inner = criterion(drawing, source);
  if (back === undefined || inner === undefined) return undefined;
  return searchOf(drawing, type, [{ text: `_has:${source}:${back.name}:${inner.text}`, tries: ['_has', ...inner.tries] }]);
}

function include(drawing: Drawing, iterate: boolean): Asked | undefined {
  const { random } = drawing;
  const type = typeFor(drawing);
  const first = link(drawing, type);
  if (first === undefined) return undefined;
  const terms: Term[] = [
    { text: `_include=${type}:${first.name}${random.chance(0.3) ? `:${first.target}` : ''}`, tries: ['_include'] },
  ];
  const second = iterate ? link(drawing, first.target) : undefined;
  if (iterate && second === undefined) return undefined;
  if (second !== undefined)
    terms.push({ text: `_include:iterate=${first.target}:${second.name}`, tries: ['_include:iterate'] });
  return searchOf(drawing, type, terms);
}

function revinclude(drawing: Drawing): Asked | undefined {
  const type = typeFor(drawing);
  const source = drawing.random.pick(drawing.types);
  const back = link(drawing, source, type);
  return back === undefined
    ? undefined
    : searchOf(drawing, type, [{ text: `_revinclude=${source}:${back.name}`, tries: ['_revinclude'] }]);
}

/** An id of the type: mostly of something to see, else hidden in either world, or free. */
function idOf(drawing: Drawing, type: string): string {
  const { random } = drawing;
  const found = one(drawing, type);
  return found !== undefined && random.chance(0.9)
    ? found.id
    : random.pick([`x${1 + random.below(4)}`, 'nowhere', `${population[type]?.[0] ?? 'n'}1`]);
}

function written(drawing: Drawing, type: string, id: string): Json {
  const { random, shown, facts } = drawing;
  const known = shown.get(type)?.find((each) => each.id === id);
  const fresh = generate(random, type, id, facts.subjects);
  if (known === undefined || random.chance(0.3)) {
    // A fresh one mostly keeps the labels that it must not choose.
    if (known?.meta?.security !== undefined) fresh.meta = { ...fresh.meta, security: known.meta.security };
    else if (fresh.meta !== undefined && random.chance(0.8)) delete fresh.meta.security;
    return fresh;
  }
  const body = copy(known);
  const keys = Object.keys(fresh).filter((key) => !['resourceType', 'id', 'meta', 'contained'].includes(key));
  for (const key of random.some(keys, 1, 2)) if (key !== 'subject' && key !== 'patient') body[key] = fresh[key];
  return body;
}

const versions = ['1', '1', '1', '1', '2', '3'];
const ifMatch = ({ random }: Drawing) =>
  random.chance(0.2) ? { headers: { 'if-match': `W/"${random.pick(versions)}"` } } : {};
/** One that means one resource, or any. */
const condition = (drawing: Drawing, type: string) =>
  drawing.random.chance(0.6) ? `_id=${idOf(drawing, type)}` : criterion(drawing, type)?.text;

function patchBody(drawing: Drawing, type: string, id: string): Json {
  const { random } = drawing;
  const fresh = written(drawing, type, id);
  const keys = Object.keys(fresh).filter(
    (key) => !['resourceType', 'id', 'meta', 'subject', 'patient', 'text', 'contained'].includes(key),
  );
  if (keys.length === 0) keys.push('language');
  const key = random.pick(keys);
  return [
    ...(random.chance(0.2) ? [{ op: 'test', path: `/${random.pick(keys)}`, value: fresh[random.pick(keys)] }] : []),
    random.weighted<Json>([
      [6, { op: 'add', path: `/${key}`, value: fresh[key] }],
      [2, { op: 'replace', path: `/${key}`, value: fresh[key] }],
      [1, { op: 'remove', path: `/${key}` }],
    ]),
  ];
}

const get = (target: string, ...tries: readonly string[]): Asked => ({ method: 'GET', target, tries });

/** How often each is asked, as a weight, and how it is made. */
export const features: Readonly<Record<string, readonly [weight: number, make: Maker]>> = {
  read: [
    10,
    (d) =>
      onType(
        d,
        (type) => ({
          ...get(`/${type}/${idOf(d, type)}`, 'read'),
          ...(d.random.chance(0.15) ? { headers: { 'if-none-match': `W/"${d.random.pick(versions)}"` } } : {}),
        }),
        'read',
      ),
  ],
  vread: [
    4,
    (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}/_history/${d.random.pick(versions)}`, 'vread'), 'vread'),
  ],
  search: [26, (d) => searchOf(d, typeFor(d))],
  'search by POST': [2, (d) => posted(searchOf(d, typeFor(d)))],
  'search sorted': [
    7,
    (d) =>
      (d.random.chance(0.5) ? byMasked(d) : undefined) ?? onType(d, (type) => searchOf(d, type, [sortTerm(d, type)]), 'search'),
  ],
  'search in a compartment': [
    5,
    (d) =>
      onType(
        d,
        (type) =>
          naiveTypes[type]!.compartment.length > 0 || d.random.chance(0.03)
            ? searchOf(d, type, [], `Patient/${d.random.pick(patients)}/${type}`)
            : undefined,
        'search',
      ),
  ],
  'search _total=accurate': [2, (d) => searchOf(d, typeFor(d), [{ text: '_total=accurate', tries: ['result _total'] }])],
  'search _summary=count': [
    2,
    (d) => searchOf(d, typeFor(d), [{ text: d.random.pick(['_summary=count', '_count=0']), tries: ['result count'] }]),
  ],
  'search _summary': [
    2,
    (d) =>
      searchOf(d, typeFor(d), [{ text: `_summary=${d.random.pick(['true', 'text', 'data'])}`, tries: ['result _summary'] }]),
  ],
  'search _elements': [
    2,
    (d) =>
      onType(d, (type) =>
        searchOf(d, type, [
          {
            text: `_elements=${d.random.pick([...tables.types.get(type)!.elements].filter((name) => !name.startsWith('_')))}`,
            tries: ['result _elements'],
          },
        ]),
      ),
  ],
  'search chained': [5, (d) => chain(d, 1)],
  'search chained twice': [2, (d) => chain(d, 2)],
  'search _has': [4, has],
  'search _include': [4, (d) => include(d, false)],
  'search _include:iterate': [2, (d) => include(d, true)],
  'search _revinclude': [4, revinclude],
  'search _list': [1, (d) => searchOf(d, typeFor(d), [{ text: `_list=li${1 + d.random.below(4)}`, tries: ['_list'] }])],
  'search _filter': [0.5, (d) => searchOf(d, typeFor(d), [{ text: '_filter=_id%20eq%20p1', tries: ['_filter'] }])],
  'search _text': [0.5, (d) => searchOf(d, typeFor(d), [{ text: '_text=Ada', tries: ['_text'] }])],
  'search _contained': [0.5, (d) => searchOf(d, typeFor(d), [{ text: '_contained=true', tries: ['_contained'] }])],
  'search of types': [
    1,
    (d) => get(`/?_type=${d.random.some(d.types, 1, 3).join(',')}&_count=${d.random.pick([2, 5])}`, 'search'),
  ],
  'history of an instance': [
    3,
    (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}/_history`, 'history-instance'), 'history-instance'),
  ],
  'history of a type': [
    2,
    (d) => onType(d, (type) => get(`/${type}/_history?_count=${d.random.pick([2, 5, 50])}`, 'history-type'), 'history-type'),
  ],
  'history of all': [1, (d) => get(`/_history?_count=${d.random.pick([3, 20])}`, 'history-system')],
  create: [
    3,
    (d) =>
      onType(d, (type) => ({ method: 'POST', target: `/${type}`, body: written(d, type, 'x9'), tries: ['create'] }), 'create'),
  ],
  'create if none exists': [
    2,
    (d) =>
      onType(
        d,
        (type) =>
          conditional(d, type, (query) => ({
            method: 'POST',
            target: `/${type}`,
            headers: { 'if-none-exist': query },
            body: written(d, type, 'x9'),
            tries: ['conditional-create'],
          })),
        'create',
      ),
  ],
  update: [
    5,
    (d) =>
      onType(
        d,
        (type, id = idOf(d, type)) => ({
          method: 'PUT',
          target: `/${type}/${id}`,
          ...ifMatch(d),
          body: written(d, type, id),
          tries: ['update'],
        }),
        'update',
      ),
  ],
  patch: [
    4,
    (d) =>
      onType(
        d,
        (type, id = idOf(d, type)) => ({
          method: 'PATCH',
          target: `/${type}/${id}`,
          ...ifMatch(d),
          body: patchBody(d, type, id),
          tries: ['patch'],
        }),
        'patch',
      ),
  ],
  delete: [
    2,
    (d) =>
      onType(
        d,
        (type) => ({ method: 'DELETE', target: `/${type}/${idOf(d, type)}`, ...ifMatch(d), tries: ['delete'] }),
        'delete',
      ),
  ],
  'conditional update': [
    1.5,
    (d) =>
      onType(
        d,
        (type) =>
          conditional(d, type, (query) => ({
            method: 'PUT',
            target: `/${type}?${query}`,
            body: written(d, type, idOf(d, type)),
            tries: ['conditional-update'],
          })),
        'update',
      ),
  ],
  'conditional patch': [
    1,
    (d) =>
      onType(
        d,
        (type) =>
          conditional(d, type, (query) => ({
            method: 'PATCH',
            target: `/${type}?${query}`,
            body: patchBody(d, type, idOf(d, type)),
            tries: ['conditional-patch'],
          })),
        'patch',
      ),
  ],
  'conditional delete': [
    1,
    (d) =>
      onType(
        d,
        (type) =>
          conditional(d, type, (query) => ({ method: 'DELETE', target: `/${type}?${query}`, tries: ['conditional-delete'] })),
        'delete',
      ),
  ],
  batch: [2, (d) => bundle(d, 'batch')],
  transaction: [1, (d) => bundle(d, 'transaction')],
  metadata: [0.3, () => get('/metadata', 'capabilities')],
  'read as XML': [1, (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}?_format=xml`, 'xml'))],
  $everything: [1.5, (d) => get(`/Patient/${idOf(d, 'Patient')}/$everything`, '$everything')],
  $lastn: [1, (d) => get(`/Observation/$lastn?patient=${d.random.pick(patients)}`, '$lastn')],
  $meta: [0.5, (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}/$meta`, '$meta'))],
  $document: [0.5, (d) => get(`/Composition/${idOf(d, 'Composition')}/$document`, '$document')],
};

function onType(
  drawing: Drawing,
  make: (type: string) => Asked | undefined,
  interaction?: NaiveInteraction,
): Asked | undefined {
  const type = typeFor(drawing);
  const permitted =
    interaction === undefined ||
    (drawing.raw.get(type) ?? []).some((resource) => typeof drawing.decider.sees(resource, interaction) === 'object');
  return permitted || drawing.random.chance(0.08) ? make(type) : undefined;
}

function conditional(drawing: Drawing, type: string, make: (query: string) => Asked): Asked | undefined {
  const query = condition(drawing, type);
  return query === undefined ? undefined : make(query);
}

function posted(asked: Asked): Asked {
  const [place = '', query = ''] = asked.target.split('?');
  return {
    method: 'POST',
    target: `${place}/_search`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: query,
    tries: [...asked.tries, 'POST _search'],
  };
}

function bundle(drawing: Drawing, type: 'batch' | 'transaction'): Asked | undefined {
  const kinds =
    type === 'batch'
      ? ['read', 'search', 'create', 'update', 'delete']
      : ['create', 'update', 'delete', 'create if none exists'];
  const entries = Array.from({ length: 1 + drawing.random.below(3) }, () =>
    features[drawing.random.pick(kinds)]![1](drawing),
  ).filter((each) => each !== undefined);
  if (entries.length === 0) return undefined;
  const entry = entries.map(({ method, target, headers, body }) => ({
    ...(body === undefined ? {} : { resource: body }),
    request: {
      method,
      url: target.slice(1),
      ...(headers?.['if-match'] === undefined ? {} : { ifMatch: headers['if-match'] }),
      ...(headers?.['if-none-exist'] === undefined ? {} : { ifNoneExist: headers['if-none-exist'] }),
    },
  }));
  return { method: 'POST', target: '/', body: { resourceType: 'Bundle', type, entry }, tries: [type] };
}

/** One request; `served` lists the features that are. */
export function requestFor(drawing: Drawing, served: ReadonlySet<string>): Asked {
  const choices = Object.entries(features).map(([name, [weight]]) => [served.has(name) ? weight : weight / 100, name] as const);
  for (;;) {
    const name = drawing.random.weighted(choices);
    const asked = features[name]![1](drawing);
    if (asked !== undefined) return { ...asked, tries: [`feature ${name}`, ...asked.tries] };
  }
}

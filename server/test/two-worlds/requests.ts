/**
 * Random requests from the engine's search-parameter tables (the one thing that is taken from it: what exists, not what is permitted). Each
 * kind of request is a feature; what is not served yet is asked rarely, so that it is seen to be refused alike.
 */
import { byMasked, criterion, isTouched, searchOf, sortTerm, type Term } from './criteria.ts';
import { type Drawing, idOf, typeFor } from './drawing.ts';
import { filtered } from './filters.ts';
import { tables } from './gateway.ts';
import { copy, type Json } from './json.ts';
import { chain, has, include, revinclude } from './links.ts';
import type { NaiveInteraction } from './naive/decider.ts';
import { naiveTypes } from './naive/types.ts';
import { generate, patients } from './resources.ts';
import type { Asked } from './scenario.ts';

type Maker = (drawing: Drawing) => Asked | undefined;

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
  // What narrow scopes read, so that states move in and out of their reach.
  const moving = keys.filter((key) => ['status', 'gender', 'category'].includes(key));
  const often = isOutOfReach(drawing, known) ? 0.8 : 0.35;
  const changed = moving.length > 0 && random.chance(often) ? moving : random.some(keys, 1, 2);
  for (const key of changed) if (key !== 'subject' && key !== 'patient') body[key] = fresh[key];
  if (fresh.meta?.security !== undefined && random.chance(0.25)) body.meta = { ...body.meta, security: fresh.meta.security };
  // A client that takes the mark of a partial view away, or leaves out what it could not see.
  if (body.meta?.tag?.some(({ code }: Json) => code === 'SUBSETTED') && random.chance(0.8)) {
    body.meta = { ...body.meta, tag: body.meta.tag.filter(({ code }: Json) => code !== 'SUBSETTED') };
    for (const path of closedPaths(drawing, type, 'update'))
      if (random.chance(0.9))
        for (const key of [path.split('.')[0]!, 'text', 'contained']) if (!path.includes('.')) delete body[key];
  }
  return body;
}

/** Seen, but not the caller's to change. */
function isOutOfReach({ decider }: Drawing, shown: Json): boolean {
  return typeof decider.sees(shown, 'update') !== 'object';
}

/** Now and then of what is seen and may not be changed. */
function idToWrite(drawing: Drawing, type: string): string {
  const { random, shown } = drawing;
  const among = (shown.get(type) ?? []).filter((each) => isOutOfReach(drawing, each));
  return among.length > 0 && random.chance(0.35) ? random.pick(among).id : idOf(drawing, type);
}

/** What could be masked for a writer, whole elements and parts. */
function closedPaths({ decider }: Drawing, type: string, interaction: NaiveInteraction): readonly string[] {
  return [...new Set([...decider.maskable(type, interaction), ...decider.maskable(type, 'read')])];
}

const versions = ['1', '1', '1', '1', '2', '3'];
const ifMatch = ({ random }: Drawing) => {
  const headers = {
    ...(random.chance(0.2) ? { 'if-match': `W/"${random.pick(versions)}"` } : {}),
    ...(random.chance(0.04) ? { 'if-none-match': '*' } : {}),
    ...(random.chance(0.2) ? { prefer: `return=${random.pick(['minimal', 'representation'])}` } : {}),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
};
/** One that means one resource, or any. */
const condition = (drawing: Drawing, type: string) =>
  drawing.random.chance(0.6) ? `_id=${idOf(drawing, type)}` : criterion(drawing, type)?.text;

function patchBody(drawing: Drawing, type: string, id: string): Json {
  const { random, raw } = drawing;
  const fresh = written(drawing, type, id);
  const keys = Object.keys(fresh).filter(
    (key) => !['resourceType', 'id', 'meta', 'subject', 'patient', 'text', 'contained'].includes(key),
  );
  if (keys.length === 0) keys.push('language');
  const closed = closedPaths(drawing, type, 'patch').map((path) => path.split('.')[0]!);
  const open = keys.filter((key) => !closed.includes(key));
  const key = random.pick(open.length > 0 && random.chance(0.8) ? open : keys);
  const change = random.weighted<Json>([
    [6, { op: 'add', path: `/${key}`, value: fresh[key] ?? 'de' }],
    [2, { op: 'replace', path: `/${key}`, value: fresh[key] ?? 'de' }],
    [1, { op: 'remove', path: `/${key}` }],
  ]);
  // A guess at what is stored, and now and then a copy of it to where it shows.
  const stored = (raw.get(type) ?? []).filter((each) => each.id === id);
  const guess = stored.length === 0 ? fresh : random.pick(stored);
  const among = closed.filter((each) => guess[each] !== undefined);
  if (among.length > 0 && random.chance(0.35)) {
    const hidden = random.pick(among);
    return random.weighted<Json>([
      [5, [{ op: 'test', path: `/${hidden}`, value: guess[hidden] }, change]],
      [1, [{ op: 'copy', from: `/${hidden}`, path: `/${key}` }]],
      [1, [{ op: 'replace', path: `/${hidden}`, value: fresh[hidden] ?? guess[hidden] }]],
    ]);
  }
  const tested = random.pick(keys);
  return [...(random.chance(0.2) ? [{ op: 'test', path: `/${tested}`, value: (guess ?? fresh)[tested] ?? 'x' }] : []), change];
}

/** What a count may be asked of: the ids that are there, seen or not. */
function few({ raw }: Drawing, type: string): readonly Term[] {
  const ids = [...new Set((raw.get(type) ?? []).map(({ id }) => id as string))];
  return [{ text: `_id=${ids.join(',')}`, tries: ['parameter _id'] }];
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
    (d) =>
      d.former.length > 0 && d.random.chance(0.3)
        ? get(`/${d.random.pick(d.former)}`, 'vread')
        : onType(d, (type) => get(`/${type}/${idOf(d, type)}/_history/${d.random.pick(versions)}`, 'vread'), 'vread'),
  ],
  search: [26, (d) => searchOf(d, typeFor(d))],
  'search by POST': [2, (d) => posted(searchOf(d, typeFor(d)))],
  'search sorted': [5, (d) => onType(d, (type) => searchOf(d, type, [sortTerm(d, type)]), 'search')],
  'search by what is masked': [9, byMasked],
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
        d.types.filter(
          (type) =>
            d.shown.has(type) &&
            naiveTypes[type]!.compartment.some((path) => isTouched(path, d.decider.maskable(type, 'search'))),
        ),
      ),
  ],
  'search _total=accurate': [2, (d) => searchOf(d, typeFor(d), [{ text: '_total=accurate', tries: ['result _total'] }])],
  'search _summary=count': [
    2,
    (d, type = typeFor(d)) =>
      searchOf(d, type, [
        { text: d.random.pick(['_summary=count', '_count=0']), tries: ['result count'] },
        ...(d.random.chance(0.7) ? few(d, type) : []),
      ]),
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
  'search _in': [
    1.5,
    (d) => {
      const places = ['List', 'Group', 'CareTeam'].filter((type) => d.shown.has(type));
      if (places.length === 0) return undefined;
      const place = d.random.pick(places);
      return searchOf(d, typeFor(d), [{ text: `_in=${place}/${idOf(d, place)}`, tries: ['_in'] }]);
    },
  ],
  'search _filter': [3, filtered],
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
        (type, id = idToWrite(d, type)) => ({
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
        (type, id = idToWrite(d, type)) => ({
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
  $document: [
    3,
    (d) => (d.shown.has('Composition') ? get(`/Composition/${idOf(d, 'Composition')}/$document`, '$document') : undefined),
  ],
};

/** `among`: types that are tried first. */
function onType(
  drawing: Drawing,
  make: (type: string) => Asked | undefined,
  interaction?: NaiveInteraction,
  among: readonly string[] = [],
): Asked | undefined {
  const { random } = drawing;
  const type = among.length > 0 && random.chance(0.5) ? random.pick(among) : typeFor(drawing);
  const permitted =
    interaction === undefined ||
    (drawing.raw.get(type) ?? []).some((resource) => typeof drawing.decider.sees(resource, interaction) === 'object');
  return permitted || random.chance(0.08) ? make(type) : undefined;
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
  const choices = Object.entries(features).map(([name, [weight]]) => {
    const often = drawing.writesNarrowly && (name === 'update' || name === 'patch') ? 4 : 1;
    return [served.has(name) ? weight * often : weight / 100, name] as const;
  });
  for (;;) {
    const name = drawing.random.weighted(choices);
    const asked = features[name]![1](drawing);
    if (asked !== undefined) return { ...asked, tries: [`feature ${name}`, ...asked.tries] };
  }
}

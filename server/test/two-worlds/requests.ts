/**
 * Random requests from the engine's search-parameter tables (the one thing that is taken from it: what exists, not what is permitted). Each
 * kind of request is a feature; what is not served yet is asked rarely, so that it is seen to be refused alike. Over 400 lines: one maker a feature.
 */
import { condition, idToWrite, ifMatch, patchBody, versions, written } from './bodies.ts';
import { byTerminology } from './coded.ts';
import { byMasked, criterion, isTouched, searchOf, sortTerm, type Term } from './criteria.ts';
import { type Drawing, idOf, one, typeFor } from './drawing.ts';
import { filtered } from './filters.ts';
import { tables } from './gateway.ts';
import { valuesAt } from './json.ts';
import { chain, has, include, revinclude } from './links.ts';
import type { NaiveInteraction } from './naive/interactions.ts';
import { naiveTypes } from './naive/types.ts';
import { patients, population, types } from './resources.ts';
import type { Asked } from './scenario.ts';
import { timeOf } from './upstream.ts';

type Maker = (drawing: Drawing) => Asked | undefined;

/** Mostly one whom something of the type is about. */
function patientOf(drawing: Drawing, type: string): string {
  const { random } = drawing;
  const anchor = one(drawing, type);
  const about = naiveTypes[type]!.compartment.flatMap((path) => (anchor === undefined ? [] : valuesAt(anchor, path)));
  const ids = about.flatMap(({ reference }) => /Patient\/(p\d)$/.exec(reference ?? '')?.[1] ?? []);
  return ids.length > 0 && random.chance(0.85) ? random.pick(ids) : random.pick(patients);
}

/** Of what a List, Group or CareTeam holds, mostly one that is seen and of a type that it holds. */
function within(
  drawing: Drawing,
  places: readonly string[],
  make: (key: string, rest: readonly string[]) => readonly string[],
): Asked | undefined {
  const { random, shown, raw, types } = drawing;
  const among = places.flatMap((place) => shown.get(place) ?? []);
  if (among.length === 0) return undefined;
  const seen = random.pick(among);
  // What is masked of it is asked for as well.
  const place = raw.get(seen.resourceType)?.find(({ id }) => id === seen.id) ?? seen;
  const held: readonly string[] = [
    ...JSON.stringify(place.entry ?? place.member ?? place.participant ?? []).matchAll(/([A-Z][a-z]+)\/\w+"/g),
  ].map(([, type = '']) => type);
  const known = held.filter((type) => types.includes(type));
  const type = known.length > 0 && random.chance(0.85) ? random.pick(known) : typeFor(drawing);
  const rest = random.chance(0.3) ? [criterion(drawing, type)?.text ?? '_count=2'] : [];
  const id = random.chance(0.85) ? place.id : idOf(drawing, place.resourceType);
  const [term = '', ...terms] = make(`${place.resourceType}/${id}`, rest);
  return get(`/${type}?${[term, ...terms].join('&')}`, 'search', term.split('=')[0]!);
}

function shortening({ random }: Drawing, joint: string): string {
  return random.chance(0.15)
    ? `${joint}${random.pick(['_summary=true', '_summary=data', '_elements=id', '_elements=meta'])}`
    : '';
}

/** Since, or at, a time at which something happened. */
function times(
  { random, shown }: Drawing,
  type: string | undefined,
): { readonly query: string; readonly tries: readonly string[] } {
  const among = type === undefined ? [...shown.values()].flat() : (shown.get(type) ?? []);
  if (among.length === 0 || random.chance(0.55)) return { query: '', tries: [] };
  const { resourceType, id } = random.pick(among);
  const time = timeOf(`${resourceType}/${id}`, 0);
  const day = new Date(time).toISOString();
  if (random.chance(0.6)) {
    const since = new Date(time - random.pick([0, 0, 3_600_000, 86_400_000])).toISOString();
    return { query: `&_since=${since}`, tries: ['_since'] };
  }
  return { query: `&_at=${day.slice(0, random.pick([7, 10]))}`, tries: ['_at'] };
}

function historyOf(drawing: Drawing, type: string | undefined): Asked {
  const { query, tries } = times(drawing, type);
  const count = drawing.random.pick([1, 2, 3, 5, 20, 50]);
  const place = type === undefined ? '/_history' : `/${type}/_history`;
  return get(
    `${place}?_count=${count}${query}${shortening(drawing, '&')}`,
    type === undefined ? 'history-system' : 'history-type',
    ...tries,
  );
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
  search: [30, (d) => searchOf(d, typeFor(d))],
  'search by POST': [2, (d) => posted(searchOf(d, typeFor(d)))],
  'search sorted': [5, (d) => onType(d, (type) => searchOf(d, type, [sortTerm(d, type)]), 'search')],
  'search by what is masked': [9, byMasked],
  'search by terminology': [6, byTerminology],
  'what full sight tells': [4, wholly],
  'search in a compartment': [
    5,
    (d) =>
      onType(
        d,
        (type) =>
          naiveTypes[type]!.compartment.length > 0 || d.random.chance(0.03)
            ? searchOf(d, type, [], `Patient/${patientOf(d, type)}/${type}`)
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
  'search _list': [2.5, (d) => within(d, ['List'], (key, terms) => [`_list=${key.split('/')[1]}`, ...terms])],
  'search _in': [1.5, (d) => within(d, ['List', 'Group', 'CareTeam'], (key, terms) => [`_in=${key}`, ...terms])],
  'search _filter': [3, filtered],
  'search _text': [0.5, (d) => searchOf(d, typeFor(d), [{ text: '_text=Ada', tries: ['_text'] }])],
  'search _contained': [0.5, (d) => searchOf(d, typeFor(d), [{ text: '_contained=true', tries: ['_contained'] }])],
  'search of types': [
    1,
    (d) => get(`/?_type=${d.random.some(d.types, 1, 3).join(',')}&_count=${d.random.pick([2, 5])}`, 'search'),
  ],
  'history of an instance': [
    3,
    (d) =>
      onType(
        d,
        (type) => get(`/${type}/${idOf(d, type)}/_history${shortening(d, '?')}`, 'history-instance'),
        'history-instance',
      ),
  ],
  'history of a type': [3, (d) => onType(d, (type) => historyOf(d, type), 'history-type')],
  'history of all': [2, (d) => historyOf(d, undefined)],
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
    2,
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
    1.5,
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
  'by the ids behind pseudonyms': [1, behindPseudonyms],
  metadata: [0.3, () => get('/metadata', 'capabilities')],
  'read as XML': [1, (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}?_format=xml`, 'xml'))],
  $everything: [1.5, (d) => get(`/Patient/${idOf(d, 'Patient')}/$everything`, '$everything')],
  $lastn: [1, (d) => get(`/Observation/$lastn?patient=${d.random.pick(patients)}`, '$lastn')],
  $export: [0.7, exporting],
  $meta: [0.5, (d) => onType(d, (type) => get(`/${type}/${idOf(d, type)}/$meta`, '$meta'))],
  $document: [
    3,
    (d) => (d.shown.has('Composition') ? get(`/Composition/${idOf(d, 'Composition')}/$document`, '$document') : undefined),
  ],
};

/** What is told differently where nothing of a type could be hidden: numbers, what is gone, and ids that are taken. */
function wholly(drawing: Drawing): Asked | undefined {
  const { random, nearlyWhole, raw } = drawing;
  const among = nearlyWhole.filter((type) => raw.has(type));
  if (among.length === 0) return undefined;
  const type = random.pick(among);
  const ids = raw.get(type)!.map(({ id }) => id as string);
  const id = random.pick([...ids, 'x1', 'x2', 'nowhere']);
  return random.weighted<() => Asked>([
    [3, () => get(`/${type}?${random.pick(['_summary=count', '_count=0'])}`, 'search', 'result count')],
    [3, () => get(`/${type}?_total=accurate&_count=${random.pick([1, 2])}`, 'search', 'result _total')],
    [2, () => ({ method: 'PUT', target: `/${type}/${id}`, body: written(drawing, type, id), tries: ['update'] })],
    [1, () => get(`/${type}/${id}`, 'read')],
  ])();
}

/** As somebody would who knows, or guesses, who is behind a pseudonym. */
function behindPseudonyms(drawing: Drawing): Asked | undefined {
  const { random, decider } = drawing;
  if (!decider.seesPseudonyms) return undefined;
  const idBehind = (type: string) => `${population[type]![0]}${1 + random.below(population[type]![1])}`;
  const type = typeFor(drawing);
  return random.weighted<() => Asked>([
    [4, () => searchOf(drawing, type, [{ text: `_id=${idBehind(type)},${idBehind(type)}`, tries: ['parameter _id'] }])],
    [1, () => get(`/${type}/${idBehind(type)}`, 'read')],
    [2, () => searchOf(drawing, type, [{ text: `patient=${random.pick(['', 'Patient/'])}${idBehind('Patient')}`, tries: [] }])],
  ])();
}

/** Of a few types mostly: an export of all is as many searches as there are types. */
function exporting(drawing: Drawing): Asked {
  const { random } = drawing;
  const of = random.chance(0.3) ? '' : random.chance(0.6) ? '/Patient' : `/Group/${idOf(drawing, 'Group')}`;
  const possible = types.filter((type) => of === '' || naiveTypes[type]!.compartment.length > 0 || type === 'Patient');
  const named = random.chance(0.1) ? [] : [...new Set([random.pick(possible), random.pick(possible)])];
  const query = [
    ...(named.length === 0 ? [] : [`_type=${named.join(',')}`]),
    ...(of !== '' && random.chance(0.2) ? [`patient=Patient/${idOf(drawing, 'Patient')}`] : []),
  ].join('&');
  const headers = { prefer: 'respond-async' };
  return { method: 'GET', target: `${of}/$export${query === '' ? '' : `?${query}`}`, headers, tries: ['$export'] };
}

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

const byPseudonyms = [
  'by the ids behind pseudonyms',
  'read',
  'search',
  'search by POST',
  'search sorted',
  'search by what is masked',
  'search _include',
  '$export',
];

/** One request; `served` lists the features that are. */
export function requestFor(drawing: Drawing, served: ReadonlySet<string>): Asked {
  const choices = Object.entries(features).map(([name, [weight]]) => {
    const narrowly = drawing.writesNarrowly && (name === 'update' || name === 'patch');
    const wholly = drawing.nearlyWhole.length > 0 && name === 'what full sight tells';
    const often = narrowly ? 4 : wholly ? 2.5 : 1;
    // What cannot be asked by pseudonyms is refused by the request alone.
    const seldom = drawing.decider.seesPseudonyms && !byPseudonyms.includes(name) ? 0.1 : 1;
    const themed = drawing.random.theme.asks?.[name] ?? 1;
    return [served.has(name) ? weight * often * seldom * themed : weight / 100, name] as const;
  });
  for (;;) {
    const name = drawing.random.weighted(choices);
    const asked = features[name]![1](drawing);
    if (asked !== undefined) return { ...asked, tries: [`feature ${name}`, ...asked.tries] };
  }
}

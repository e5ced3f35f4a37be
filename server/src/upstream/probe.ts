/**
 * Finds out what a FHIR server supports: a dozen reads and searches, one after another, and never a write. INVARIANT: an ability is only found when
 * the server was seen to do it, or says so in its capability statement where only a write could show it; anything else counts as missing, because
 * a missing ability narrows and a wrong one would mislead.
 */
import type { Dialect, UpstreamAnswer } from '@fireguard/engine';
import type { UpstreamSettings } from './config.ts';
import { dialectOf } from './dialects.ts';
import { exchange } from './exchange.ts';
import { wayTo } from './pooled-upstream.ts';

export type Ability = keyof NonNullable<UpstreamSettings['abilities']>;

export interface Finding {
  readonly ability: Ability;
  readonly value: boolean | number;
  /** What was seen. */
  readonly because: string;
}

export interface Probed {
  /** As the server says, such as `4.0.1`. */
  readonly fhirVersion: string | undefined;
  readonly dialect: UpstreamSettings['dialect'];
  /** Whether it refuses a search parameter that it does not know, when told to be strict. */
  readonly strict: boolean;
  readonly findings: readonly Finding[];
}

type Json = Record<string, unknown>;

const ASKED_COUNT = 1000;
const software: readonly (readonly [RegExp, UpstreamSettings['dialect']])[] = [
  [/hapi/i, 'hapi'],
  [/medplum/i, 'medplum'],
  [/firely|vonk/i, 'firely'],
  [/microsoft|azure/i, 'microsoft'],
  [/google|cloud healthcare/i, 'google'],
];

/** Throws Problem when there is no FHIR server that answers us. */
export async function probe(settings: UpstreamSettings): Promise<Probed> {
  const way = wayTo(settings);
  const headers = new Map([
    ['accept', 'application/fhir+json'],
    ['prefer', 'handling=strict'],
  ]);
  const get = (path: string): Promise<UpstreamAnswer> =>
    exchange(way, { method: 'GET', path: way.prefix + path, headers, body: undefined, writes: false });
  const post = (path: string, form: string): Promise<UpstreamAnswer> =>
    exchange(way, {
      method: 'POST',
      path: way.prefix + path,
      headers: new Map([...headers, ['content-type', 'application/x-www-form-urlencoded']]),
      body: Buffer.from(form),
      writes: false,
    });
  try {
    const statement = json(await get('metadata'));
    const dialect = kindOf(statement);
    const strict = (await status(get('Patient?fireguard-probe=1&_count=1'))) >= 400;
    const page = await bundle(get(`Patient?_count=${ASKED_COUNT}`), 'searchset');
    const id = ids(page).find((one) => /^[A-Za-z0-9\-.]{1,64}$/.test(one));
    return Object.freeze<Probed>({
      fhirVersion: textIn(statement, 'fhirVersion'),
      dialect,
      strict,
      findings: [
        ...countOf(page, dialectOf(dialect)),
        await sorts(get),
        await searchesCompartments(get, id),
        await takesForms(post, id),
        await tellsHistory(get, id),
        told('transactions', interactionsOf(statement).includes('transaction'), 'its capability statement'),
        ifMatch(statement, dialectOf(dialect)),
      ],
    });
  } finally {
    await way.pool.close();
  }
}

function kindOf(statement: Json): UpstreamSettings['dialect'] {
  const name = JSON.stringify([statement['software'], statement['publisher'], statement['implementation']]);
  return software.find(([words]) => words.test(name))?.[1] ?? 'generic';
}

/** The greatest page is known only when a page was cut. */
function countOf(page: Json | undefined, { maxCount }: Dialect): readonly Finding[] {
  const given = ids(page).length;
  const cut = list(page?.['link']).some((link) => link['relation'] === 'next');
  if (page === undefined || !cut || given === 0 || given >= maxCount) return [];
  return [{ ability: 'maxCount', value: given, because: `a page of ${ASKED_COUNT} had ${given} entries` }];
}

async function sorts(get: (path: string) => Promise<UpstreamAnswer>): Promise<Finding> {
  const [up, down] = [
    await bundle(get('Patient?_sort=_id&_count=5'), 'searchset'),
    await bundle(get('Patient?_sort=-_id&_count=5'), 'searchset'),
  ];
  const [first, last] = [ids(up), ids(down)];
  const sorted = first.length > 1 && first[0] !== last[0] && isAscending(first) && isAscending([...last].reverse());
  return told('sortById', sorted, first.length > 1 ? 'the first five patients either way' : 'too few patients to see it');
}

/** By code point or by number: what matters is that there is one order. */
function isAscending(texts: readonly string[]): boolean {
  const numbers = texts.every((text) => /^\d{1,15}$/.test(text));
  return texts.every((text, at) => at === 0 || (numbers ? Number(texts[at - 1]) <= Number(text) : texts[at - 1]! <= text));
}

async function searchesCompartments(get: (path: string) => Promise<UpstreamAnswer>, id: string | undefined): Promise<Finding> {
  if (id === undefined) return told('compartmentSearch', false, 'no patient to try it with');
  const found = await bundle(get(`Patient/${id}/Observation?_count=1`), 'searchset');
  return told('compartmentSearch', found !== undefined, 'a search of Observation in the compartment of a patient');
}

/** A form that is ignored would find everything: so one that finds one, and one that finds none. */
async function takesForms(
  post: (path: string, form: string) => Promise<UpstreamAnswer>,
  id: string | undefined,
): Promise<Finding> {
  if (id === undefined) return told('postSearch', false, 'no patient to try it with');
  const one = ids(await bundle(post('Patient/_search', `_id=${id}`), 'searchset'));
  const none = await bundle(post('Patient/_search', '_id=fireguard-probe-none'), 'searchset');
  const works = one.length === 1 && one[0] === id && none !== undefined && ids(none).length === 0;
  return told('postSearch', works, 'a form that must find one patient and a form that must find none');
}

async function tellsHistory(get: (path: string) => Promise<UpstreamAnswer>, id: string | undefined): Promise<Finding> {
  const places = [
    ...(id === undefined ? [] : [['Patient/ID', `Patient/${id}/`]]),
    ['Patient', 'Patient/'],
    ['the system', ''],
  ] as const;
  const missing: string[] = [];
  for (const [name, place] of places)
    if ((await bundle(get(`${place}_history?_count=1`), 'history')) === undefined) missing.push(name!);
  return told(
    'history',
    missing.length === 0,
    missing.length === 0 ? 'histories of an instance, a type and the system' : `none of ${missing.join(', ')}`,
  );
}

/** Only a write could show it, so the server's word and what is known of its kind must do. */
function ifMatch(statement: Json, dialect: Dialect): Finding {
  const resources = list(list(statement['rest'])[0]?.['resource']);
  const says = resources.length > 0 && resources.every((resource) => resource['versioning'] === 'versioned-update');
  const known = dialect.name !== 'generic' && dialect.ifMatch;
  if (known) return told('ifMatch', true, `what is known of ${dialect.name}`);
  return told('ifMatch', dialect.ifMatch && says, says ? 'its capability statement: versioned-update' : 'nothing says so');
}

function interactionsOf(statement: Json): readonly unknown[] {
  return list(list(statement['rest'])[0]?.['interaction']).map((one) => one['code']);
}

function told(ability: Ability, value: boolean, because: string): Finding {
  return { ability, value, because };
}

async function status(answer: Promise<UpstreamAnswer>): Promise<number> {
  return answer.then(
    (one) => one.status,
    () => 599,
  );
}

/** Undefined: not an answer of this kind, or none at all. */
async function bundle(answer: Promise<UpstreamAnswer>, type: 'searchset' | 'history'): Promise<Json | undefined> {
  try {
    const one = await answer;
    const body = one.status === 200 ? json(one) : undefined;
    return body?.['resourceType'] === 'Bundle' && body['type'] === type ? body : undefined;
  } catch {
    return undefined;
  }
}

function json({ body }: UpstreamAnswer): Json {
  const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
  return isObject(value) ? value : {};
}

function ids(page: Json | undefined): readonly string[] {
  return list(page?.['entry']).flatMap(({ resource }) => (isObject(resource) ? (textIn(resource, 'id') ?? []) : []));
}

function textIn(object: Json, member: string): string | undefined {
  const value = object[member];
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

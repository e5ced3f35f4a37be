// FHIR R4 http §3.1.0.13 (history) of an instance, a type or the system: newest first, deletions included.
import { type Answer, json, Refusal } from '../answer.ts';
import { type Parameter, queryText, type ServerRequest } from '../request.ts';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../search/query.ts';
import type { Service } from '../service.ts';
import type { Version } from '../storage/version.ts';
import { bundle, type Entry, responseOf } from './bundle.ts';

export function history(service: Service, request: ServerRequest, type: string | undefined, id: string | undefined): Answer {
  const versions =
    type !== undefined && id !== undefined
      ? service.store.versions(type, id)
      : service.store.log.filter(({ facts }) => type === undefined || facts.type === type);
  if (id !== undefined && versions.length === 0) throw new Refusal(404, 'not-found', `${type}/${id} is not known`);
  const { count, since, before, kept } = parse(request.parameters);
  const wanted = versions.filter(({ facts }) => since === undefined || Date.parse(facts.lastUpdated) >= since);
  const rest = wanted.filter(({ facts }) => facts.sequence < before).reverse();
  const page = rest.slice(0, count);
  const url = [service.base, ...(type === undefined ? [] : [type]), ...(id === undefined ? [] : [id]), '_history'].join('/');
  const link = (relation: 'self' | 'next', list: readonly Parameter[]) => ({
    relation,
    url: list.length === 0 ? url : `${url}?${queryText(list)}`,
  });
  const last = page.at(-1);
  const next =
    last !== undefined && rest.length > page.length ? [link('next', [...kept, ['_before', String(last.facts.sequence)]])] : [];
  const head = {
    type: 'history',
    id: service.bundleId(),
    lastUpdated: service.now().toISOString(),
    total: wanted.length,
    links: [link('self', request.parameters), ...next],
  } as const;
  return json(
    200,
    bundle(
      head,
      page.map((version) => entry(service.base, version)),
    ),
  );
}

function parse(parameters: readonly Parameter[]) {
  const value = (wanted: string) => parameters.find(([name]) => name === wanted)?.[1];
  const unknown = parameters.find(([name]) => !['_count', '_since', '_before', '_format', '_pretty'].includes(name));
  if (unknown !== undefined) throw new Refusal(400, 'not-supported', `unknown history parameter "${unknown[0]}"`);
  const count = Number(value('_count') ?? DEFAULT_PAGE);
  const since = value('_since') === undefined ? undefined : Date.parse(value('_since') ?? '');
  const before = Number(value('_before') ?? Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(count) || count < 0 || !Number.isInteger(before) || Number.isNaN(since ?? 0))
    throw new Refusal(400, 'value', 'malformed history parameter');
  return { count: Math.min(count, LARGEST_PAGE), since, before, kept: parameters.filter(([name]) => name !== '_before') };
}

function entry(base: string, version: Version): Entry {
  const { type, method, version: number } = version.facts;
  const status = version.bytes === undefined ? '204' : number === 1 ? '201' : '200';
  return {
    fullUrl: `${base}/${version.key}`,
    resource: version.bytes,
    more: { request: { method, url: method === 'POST' ? type : version.key }, response: responseOf(status, version) },
  };
}

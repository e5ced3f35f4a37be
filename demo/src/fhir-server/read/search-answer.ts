// FHIR R4 http §3.1.0.9 (search) and search §3.1.1.3: the answer to a search is a Bundle that says what was understood.
import { type Answer, json } from '../answer.ts';
import { type Parameter, queryText, type ServerRequest } from '../request.ts';
import type { Filter } from '../search/filter.ts';
import { parseQuery } from '../search/query.ts';
import { search } from '../search/search.ts';
import type { Service } from '../service.ts';
import { bundle, type Entry } from './bundle.ts';
import { view } from './view.ts';

/** `path` is what the links name below the base: '' for the whole system, `Patient`, `Patient/p1/Observation`. */
export function answerSearch(
  service: Service,
  request: ServerRequest,
  types: readonly string[],
  path: string,
  within?: (type: string) => Filter,
): Answer {
  const lenient =
    service.habits.ignoresUnknownParameters || /(?:^|[,;\s])handling=lenient/.test(request.headers['prefer'] ?? '');
  const query = parseQuery(service, types, request.parameters, lenient);
  const page = search(service, query, within);
  const { base } = service;
  const entries = [
    ...page.matches.map((version) => ({ version, mode: 'match' })),
    ...page.included.map((version) => ({ version, mode: 'include' })),
  ].map(
    ({ version, mode }): Entry => ({
      fullUrl: `${base}/${version.key}`,
      resource: view(version, query),
      more: { search: { mode } },
    }),
  );
  const link = (relation: 'self' | 'next', parameters: readonly Parameter[]) => {
    const text = queryText(parameters);
    return { relation, url: `${base}${path === '' ? '' : `/${path}`}${text === '' ? '' : `?${text}`}` };
  };
  const here: readonly Parameter[] =
    query.after === undefined ? query.understood : [...query.understood, ['_after', query.after]];
  const links = [
    link('self', here),
    ...(page.next === undefined ? [] : [link('next', [...query.understood, ['_after', page.next]])]),
  ];
  const head = {
    type: 'searchset',
    id: service.bundleId(),
    lastUpdated: service.now().toISOString(),
    total: query.total ? page.total : undefined,
    links,
  } as const;
  return json(200, bundle(head, entries));
}

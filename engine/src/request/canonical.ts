/**
 * The one URL of a parsed request, built from what was understood: parsing it again gives the same request. For upstream requests, self links
 * and cursors (R-245). Bodies and headers are not part of it, but for a format other than JSON.
 */
import { escapeValue } from './escape.ts';
import type { Criterion, FhirRequest, HistoryRequest, Representation, SearchRequest } from './request.ts';
import { separatorsOf } from './value-grammar.ts';

type Query = readonly (readonly [string, string])[];

/** Path and query below the FHIR base, beginning with `/`. */
export function canonicalTarget(request: FhirRequest): string {
  const query = [...queryOf(request), ...representationQuery(request.representation)];
  const text = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return text === '' ? pathOf(request) : `${pathOf(request)}?${text}`;
}

/** Criteria as a query, without a `?`: for `If-None-Exist`. */
export function canonicalCriteria(criteria: readonly Criterion[]): string {
  return criteria.map((criterion) => criterionPair(criterion).map(encode).join('=')).join('&');
}

function pathOf(request: FhirRequest): string {
  switch (request.interaction) {
    case 'capabilities':
      return '/metadata';
    case 'read':
    case 'update':
    case 'patch':
    case 'delete':
      return `/${request.type}/${request.id}`;
    case 'vread':
      return `/${request.type}/${request.id}/_history/${request.version}`;
    case 'create':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return `/${request.type}`;
    case 'search':
      return searchPath(request);
    case 'history-instance':
    case 'history-type':
    case 'history-system':
      return `${below(request.type, request.id)}/_history`;
    case 'batch':
    case 'transaction':
      return '/';
    case 'operation':
      return `${below(request.type, request.id)}/$${request.name}`;
  }
}

function below(type: string | undefined, id: string | undefined): string {
  return (type === undefined ? '' : `/${type}`) + (id === undefined ? '' : `/${id}`);
}

function searchPath(search: SearchRequest): string {
  const [type = ''] = search.types;
  if (search.level === 'system') return '/';
  if (search.level === 'type') return `/${type}`;
  const compartment = below(search.compartment?.type, search.compartment?.id);
  return search.types.length === 1 ? `${compartment}/${type}` : `${compartment}/*`;
}

function queryOf(request: FhirRequest): Query {
  switch (request.interaction) {
    case 'search':
      return searchQuery(request);
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return request.criteria.map(criterionPair);
    case 'history-instance':
    case 'history-type':
    case 'history-system':
      return historyQuery(request);
    case 'operation':
      return [...request.parameters].flatMap(([name, values]) => values.map((value) => [name, value] as const));
    case 'capabilities':
    case 'read':
    case 'vread':
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
    case 'batch':
    case 'transaction':
      return [];
  }
}

function searchQuery(search: SearchRequest): Query {
  if (search.cursor !== undefined) return [['_cursor', search.cursor]];
  const query: (readonly [string, string])[] = [];
  const inPath = search.level === 'type' || (search.level === 'compartment' && search.types.length === 1);
  if (!inPath && search.types.length > 0) query.push(['_type', search.types.join(',')]);
  for (const criterion of search.criteria) query.push(criterionPair(criterion));
  for (const { direction, iterate, source, parameter, target } of search.includes) {
    const value = source === '*' ? '*' : [source, parameter, ...(target === undefined ? [] : [target])].join(':');
    query.push([`_${direction}${iterate ? ':iterate' : ''}`, value]);
  }
  const sort = search.sort.map((one) => (one.descending ? '-' : '') + one.definition.name);
  if (sort.length > 0) query.push(['_sort', sort.join(',')]);
  if (search.count !== undefined) query.push(['_count', String(search.count)]);
  if (search.total !== undefined) query.push(['_total', search.total]);
  for (const [name, value] of search.special) query.push([name, value]);
  return query;
}

function historyQuery(history: HistoryRequest): Query {
  if (history.cursor !== undefined) return [['_cursor', history.cursor]];
  const query: (readonly [string, string])[] = [];
  if (history.count !== undefined) query.push(['_count', String(history.count)]);
  if (history.since !== undefined) query.push(['_since', history.since]);
  if (history.at !== undefined) query.push(['_at', history.at]);
  return query;
}

function representationQuery({ format, pretty, summary, elements }: Representation): Query {
  const query: (readonly [string, string])[] = [];
  if (format !== 'json') query.push(['_format', format]);
  if (pretty) query.push(['_pretty', 'true']);
  if (summary !== undefined) query.push(['_summary', summary]);
  if (elements !== undefined) query.push(['_elements', elements.join(',')]);
  return query;
}

function criterionPair({ name, definition, modifier, values, chain, has }: Criterion): readonly [string, string] {
  const steps = (has ?? []).map((step) => `_has:${step.type}:${step.reference}:`).join('');
  const links = (chain ?? [{ name, type: undefined }]).map((link) =>
    link.type === undefined ? link.name : `${link.name}:${link.type}`,
  );
  const whole = `${steps}${links.join('.')}${modifier === undefined ? '' : `:${modifier}`}`;
  const separators = separatorsOf(definition, modifier);
  return [whole, values.map((value) => escapeValue(value, separators)).join(',')];
}

/** Values are encoded whole but for the characters that a query may carry and people want to read. */
function encode(text: string): string {
  const encoded = encodeURIComponent(text);
  return encoded.includes('%') ? encoded.replace(/%(?:2C|2F|3A|24)/g, decodeURIComponent) : encoded;
}

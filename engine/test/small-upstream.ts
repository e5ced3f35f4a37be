/**
 * A small FHIR server in memory for the engine's tests: real versions, searches, pages and preconditions on real bytes, none of it shared with
 * the engine. It can be told to misbehave as servers do.
 */
import type { UpstreamAnswer } from '../src/enforcement/need.ts';
import type { UpstreamRequest } from '../src/planning/upstream-request.ts';

export const upstreamBase = 'http://upstream.internal:8080/fhir';

interface Stored {
  readonly versions: Uint8Array[];
  deleted: boolean;
}

type Json = Record<string, unknown>;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SmallUpstream {
  readonly stored = new Map<string, Stored>();
  /** Every request in order. */
  readonly log: string[] = [];
  /** Replaces the answer to a request; undefined = answer as always. */
  misbehave: (request: UpstreamRequest) => Partial<UpstreamAnswer> | undefined = () => undefined;
  /** Runs before each answer: data may change between any two requests. */
  before: (request: UpstreamRequest) => void = () => {};
  /** Whether a write sends the new state back. */
  representation = true;
  /** Every version and deletion, oldest first. */
  readonly #events: { readonly key: string; readonly bytes: Uint8Array | undefined; readonly first: boolean }[] = [];
  #serial = 0;

  constructor(resources: readonly object[] = []) {
    for (const resource of resources) this.put(resource);
  }

  /** Store as given; text is kept to the byte. */
  put(resource: object | string): void {
    const text = typeof resource === 'string' ? resource : JSON.stringify(resource);
    const { resourceType, id } = JSON.parse(text);
    const key = `${resourceType}/${id}`;
    const entry = this.stored.get(key) ?? { versions: [], deleted: false };
    entry.versions.push(encoder.encode(text));
    this.#events.push({ key, bytes: entry.versions.at(-1), first: entry.versions.length === 1 });
    entry.deleted = false;
    this.stored.set(key, entry);
  }

  /** The current state, parsed. */
  get(key: string): Json | undefined {
    const entry = this.stored.get(key);
    return entry === undefined || entry.deleted ? undefined : JSON.parse(decoder.decode(entry.versions.at(-1)));
  }

  remove(key: string): void {
    this.stored.get(key)!.deleted = true;
    this.#events.push({ key, bytes: undefined, first: false });
  }

  answer(request: UpstreamRequest): UpstreamAnswer {
    this.before(request);
    this.log.push(`${request.method} ${request.path}`);
    const odd = this.misbehave(request);
    const usual = odd?.status === undefined && odd?.body !== undefined ? { status: 200 } : this.#usual(request);
    return { kind: 'upstream', headers: new Map(), body: new Uint8Array(0), ...usual, ...odd };
  }

  #usual(request: UpstreamRequest): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const { path, method } = request;
    const [place = '', ...queries] = path.split('?');
    const query = method === 'POST' && place.endsWith('/_search') ? decoder.decode(request.body) : queries.join('?');
    const parts = place.split('/');
    if (place === 'metadata') return { status: 200, body: encoder.encode(JSON.stringify(metadata)) };
    if (parts.at(-1) === '_history') return this.#history(parts.slice(0, -1).join('/'), query);
    if (method === 'POST' && place === '') return this.#transaction(request);
    if (method === 'POST' && parts.length === 1) return this.#create(request, parts[0]!);
    if (place.endsWith('/_search')) return this.#search(place.slice(0, -'/_search'.length), query);
    if (parts.length === 3 && parts[0] === 'Patient') return this.#search(place, query);
    if (parts.length === 1) return this.#search(place, query);
    return this.#instance(request, parts);
  }

  #instance(
    request: UpstreamRequest,
    [type, id, , version]: readonly string[],
  ): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const entry = this.stored.get(`${type}/${id}`);
    const current = entry === undefined || entry.deleted ? undefined : entry.versions.at(-1);
    if (request.method === 'PUT' || request.method === 'DELETE') return this.#change(request, `${type}/${id}`, current);
    if (entry === undefined) return { status: 404 };
    if (version !== undefined) {
      const found = entry.versions.find((bytes) => versionOf(bytes) === version);
      return found === undefined ? { status: 404 } : { status: 200, body: found };
    }
    return current === undefined ? { status: 410 } : { status: 200, body: current };
  }

  #create(request: UpstreamRequest, type: string): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const id = `new-${++this.#serial}`;
    return this.#store(request, `${type}/${id}`, 201);
  }

  #change(
    request: UpstreamRequest,
    key: string,
    current: Uint8Array | undefined,
  ): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const expected = /^W\/"(.+)"$/.exec(request.headers.get('if-match') ?? '')?.[1];
    if (expected !== undefined && (current === undefined || versionOf(current) !== expected)) return { status: 412 };
    if (request.headers.get('if-none-match') === '*' && current !== undefined) return { status: 412 };
    if (request.method === 'PUT') return this.#store(request, key, current === undefined ? 201 : 200);
    this.remove(key);
    return { status: 204 };
  }

  #store(request: UpstreamRequest, key: string, status: 200 | 201): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const [type, id] = key.split('/');
    const sent = JSON.parse(decoder.decode(request.body)) as Json;
    const version = String((this.stored.get(key)?.versions.length ?? 0) + 1);
    const { resourceType: _type, id: _id, meta, ...rest } = sent;
    const stamped = { ...(meta as Json | undefined), versionId: version, lastUpdated: '2026-02-03T04:05:06.789Z' };
    this.put({ resourceType: type!, id: id!, meta: stamped, ...rest });
    const shown = this.representation && request.headers.get('prefer') !== 'return=minimal';
    return {
      status,
      headers: new Map([
        ['location', `${upstreamBase}/${key}/_history/${version}`],
        ['etag', `W/"${version}"`],
      ]),
      ...(shown ? { body: this.stored.get(key)!.versions.at(-1)! } : {}),
    };
  }

  #history(place: string, query: string): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const parameters = new URLSearchParams(query);
    const [count, from] = [Number(parameters.get('_count')), Number(parameters.get('_from') ?? 0)];
    const all = this.#events.filter(({ key }) => place === '' || key === place || key.startsWith(`${place}/`)).reverse();
    if (place.includes('/') && all.length === 0) return { status: 404 };
    const next =
      from + count < all.length
        ? [
            {
              relation: 'next',
              url: `${upstreamBase}/${place === '' ? '' : `${place}/`}_history?_count=${count}&_from=${from + count}`,
            },
          ]
        : [];
    const entries = all.slice(from, from + count).map(({ key, bytes, first }) => {
      const request =
        bytes === undefined
          ? { method: 'DELETE', url: key }
          : { method: first ? 'POST' : 'PUT', url: first ? key.split('/')[0] : key };
      const response =
        bytes === undefined ? { status: '204', etag: 'W/"99"', lastModified: '2026-03-01T00:00:00Z' } : { status: '200' };
      const head = `{"fullUrl":"${upstreamBase}/${key}","request":${JSON.stringify(request)},"response":${JSON.stringify(response)}`;
      return `${head}${bytes === undefined ? '' : `,"resource":${decoder.decode(bytes)}`}}`;
    });
    const head = `{"resourceType":"Bundle","type":"history","total":${all.length},"link":${JSON.stringify(next)}`;
    return { status: 200, body: encoder.encode(`${head},"entry":[${entries.join(',')}]}`) };
  }

  /** All entries or none. */
  #transaction(request: UpstreamRequest): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    // biome-ignore lint/suspicious/noExplicitAny: test data of every shape
    const { entry: entries } = JSON.parse(decoder.decode(request.body)) as { entry: any[] };
    const before = new Map([...this.stored].map(([key, { versions, deleted }]) => [key, { versions: [...versions], deleted }]));
    const ids = entries.map(({ request: { method, url } }) => (method === 'POST' ? `${url}/new-${++this.#serial}` : url));
    let written = entries.map((one) => JSON.stringify(one.resource ?? null));
    for (const [index, { fullUrl }] of entries.entries())
      if (fullUrl !== undefined) written = written.map((text) => text.replaceAll(`"${fullUrl}`, `"${ids[index]}`));
    const answers = entries.map(({ request: { method, ifMatch, ifNoneMatch } }, index) => {
      const headers = new Map(request.headers);
      if (ifMatch !== undefined) headers.set('if-match', ifMatch);
      if (ifNoneMatch !== undefined) headers.set('if-none-match', ifNoneMatch);
      const one = { ...request, method, headers, body: encoder.encode(written[index]) } as unknown as UpstreamRequest;
      const entry = this.stored.get(ids[index]!);
      const current = entry === undefined || entry.deleted ? undefined : entry.versions.at(-1);
      return method === 'POST' ? this.#store(one, ids[index]!, 201) : this.#change(one, ids[index]!, current);
    });
    const failed = answers.find(({ status }) => status >= 400);
    if (failed !== undefined) {
      this.stored.clear();
      for (const [key, one] of before) this.stored.set(key, one);
      return {
        status: failed.status,
        body: encoder.encode('{"resourceType":"OperationOutcome","issue":[{"diagnostics":"SECRET"}]}'),
      };
    }
    const parts = answers.map(({ status, headers, body }) => {
      const response = { status: `${status} OK`, location: headers?.get('location'), etag: headers?.get('etag') };
      return `{${body === undefined ? '' : `"resource":${decoder.decode(body)},`}"response":${JSON.stringify(response)}}`;
    });
    return { status: 200, body: encoder.encode(`{"resourceType":"Bundle","type":"transaction-response","entry":[${parts}]}`) };
  }

  #search(place: string, query: string): Pick<UpstreamAnswer, 'status'> & Partial<UpstreamAnswer> {
    const parts = place.split('/');
    const type = parts.at(-1)!;
    const parameters = [...new URLSearchParams(query)];
    const value = (name: string) => parameters.find(([one]) => one === name)?.[1];
    let found = [...this.stored]
      .filter(([key, entry]) => key.startsWith(`${type}/`) && !entry.deleted)
      .map(([, entry]) => entry.versions.at(-1)!);
    if (parts.length === 3) {
      const own = (bytes: Uint8Array) => type === 'Patient' && JSON.parse(decoder.decode(bytes)).id === parts[1];
      found = found.filter((bytes) => own(bytes) || decoder.decode(bytes).includes(`"Patient/${parts[1]}"`));
    }
    for (const [name, text] of parameters) {
      if (!name.startsWith('_') || name === '_id' || name === '_tag' || name.startsWith('_security'))
        found = found.filter((bytes) => matches(JSON.parse(decoder.decode(bytes)), name, text));
    }
    found.sort(order(value('_sort')?.split(',') ?? []));
    const count = Number(value('_count') ?? 10);
    const from = Number(value('_from') ?? 0);
    const shown = value('_summary') === 'count' ? [] : found.slice(from, from + count);
    const rest = parameters
      .filter(([name]) => name !== '_from')
      .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
    const next =
      from + count < found.length ? `${upstreamBase}/${place}?${[...rest, `_from=${from + count}`].join('&')}` : undefined;
    return { status: 200, body: bundle(shown, found.length, next) };
  }
}

function bundle(resources: readonly Uint8Array[], total: number, next: string | undefined): Uint8Array {
  const links = [
    { relation: 'self', url: `${upstreamBase}/secret-self` },
    ...(next === undefined ? [] : [{ relation: 'next', url: next }]),
  ];
  const entries = resources.map((bytes) => {
    const text = decoder.decode(bytes);
    const { resourceType, id } = JSON.parse(text);
    return `{"fullUrl":"${upstreamBase}/${resourceType}/${id}","resource":${text},"search":{"mode":"match","score":0.5}}`;
  });
  const head = `{"resourceType":"Bundle","id":"upstream-bundle","type":"searchset","total":${total},"link":${JSON.stringify(links)}`;
  return encoder.encode(`${head},"entry":[${entries.join(',')}]}`);
}

function versionOf(bytes: Uint8Array): string {
  return JSON.parse(decoder.decode(bytes)).meta?.versionId ?? '1';
}

/** A few parameters of a few types, on parsed JSON. */
// biome-ignore lint/suspicious/noExplicitAny: test data of every shape
function matches(resource: any, parameter: string, text: string): boolean {
  const [name = '', modifier] = parameter.split(':');
  const values = text.split(',');
  const found = valuesOf(resource, name);
  if (modifier === 'missing') return (found.length === 0) === (text === 'true');
  const hit = found.some((one) =>
    values.some((wanted) =>
      name === 'family' || name === 'value-string'
        ? one.toLowerCase().startsWith(wanted.toLowerCase())
        : one === wanted || one.endsWith(`|${wanted}`),
    ),
  );
  return modifier === 'not' ? !hit : hit;
}

// biome-ignore lint/suspicious/noExplicitAny: test data of every shape
function valuesOf(resource: any, name: string): string[] {
  const codings = (concept: { coding?: { system?: string; code?: string }[] } | undefined) =>
    (concept?.coding ?? []).map(({ system, code }) => `${system ?? ''}|${code ?? ''}`);
  switch (name) {
    case '_id':
      return [resource.id];
    case 'general-practitioner':
      return (resource.generalPractitioner ?? []).map((one: { reference: string }) => one.reference);
    case 'gender':
      return resource.gender === undefined ? [] : [resource.gender];
    case 'performer':
      return (resource.performer ?? []).map((one: { reference: string }) => one.reference);
    case 'link':
      return (resource.link ?? []).map((one: { other: { reference: string } }) => one.other.reference);
    case 'has-member':
      return (resource.hasMember ?? []).map((one: { reference: string }) => one.reference);
    case '_security':
      return (resource.meta?.security ?? []).map((tag: { system: string; code: string }) => `${tag.system}|${tag.code}`);
    case '_tag':
      return (resource.meta?.tag ?? []).map((tag: { system: string; code: string }) => `${tag.system}|${tag.code}`);
    case 'subject':
    case 'patient':
      return [resource.subject?.reference, resource.patient?.reference]
        .filter((one) => one !== undefined)
        .map((one: string) => one.replace(/^https?:.*\/fhir\//, ''));
    case 'code':
      return codings(resource.code);
    case 'reason-code':
      return (resource.reasonCode ?? []).flatMap(codings);
    case 'value-string':
      return resource.valueString === undefined ? [] : [resource.valueString];
    case 'url':
      return resource.url === undefined ? [] : [resource.url];
    case 'status':
      return resource.status === undefined ? [] : [resource.status];
    case 'family':
      return (resource.name ?? []).flatMap((one: { family?: string }) => one.family ?? []);
    case 'given':
      return (resource.name ?? []).flatMap((one: { given?: string[] }) => one.given ?? []);
    case 'identifier':
      return (resource.identifier ?? []).map((one: { system: string; value: string }) => `${one.system}|${one.value}`);
    case 'birthdate':
      return resource.birthDate === undefined ? [] : [resource.birthDate];
    case 'date':
      return [resource.effectiveDateTime ?? resource.period?.start].filter((one) => one !== undefined);
    default:
      throw new Error(`the small upstream does not know ${name}`);
  }
}

function order(sort: readonly string[]): (one: Uint8Array, other: Uint8Array) => number {
  return (one, other) => {
    const [a, b] = [JSON.parse(decoder.decode(one)), JSON.parse(decoder.decode(other))];
    for (const key of sort) {
      const name = key.replace(/^-/, '');
      const [x, y] = [valuesOf(a, name)[0], valuesOf(b, name)[0]];
      if (x === undefined || y === undefined) {
        if (x !== y) return x === undefined ? 1 : -1;
      } else if (x !== y) return (x < y ? -1 : 1) * (key.startsWith('-') ? -1 : 1);
    }
    return 0;
  };
}

const metadata = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  publisher: 'ACME-publisher',
  software: { name: 'ACME-server', version: '9.8.7' },
  implementation: { description: 'ACME', url: upstreamBase },
  fhirVersion: '4.0.1',
  format: ['json', 'xml'],
  rest: [
    {
      mode: 'server',
      security: { description: 'ACME-security' },
      operation: [{ name: 'acme', definition: 'http://acme' }],
      resource: [
        {
          type: 'Observation',
          profile: 'http://acme/profile',
          versioning: 'versioned-update',
          conditionalCreate: true,
          updateCreate: true,
          interaction: [
            { code: 'read' },
            { code: 'vread' },
            { code: 'update' },
            { code: 'delete' },
            { code: 'create' },
            { code: 'search-type' },
            { code: 'history-type' },
          ],
          searchParam: [
            { name: 'code', type: 'token', documentation: 'ACME' },
            { name: 'patient', type: 'reference' },
            { name: '_filter', type: 'special' },
            { name: 'acme-secret', type: 'token' },
          ],
        },
        { type: 'AcmeThing', interaction: [{ code: 'read' }] },
        {
          type: 'Patient',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [{ name: 'family', type: 'string' }],
        },
      ],
    },
  ],
};

/** One copy of the demo FHIR server in memory, without a socket: it is asked as its listener would ask, and tells which resources it showed. */
import type { UpstreamAnswer, UpstreamRequest } from '@fireguard/engine';
import { GOOD_MANNERS, type Habits } from '../../../demo/src/fhir-server/habits.ts';
import { parameters, type ServerRequest } from '../../../demo/src/fhir-server/request.ts';
import { serve } from '../../../demo/src/fhir-server/routes.ts';
import { definitions } from '../../../demo/src/fhir-server/search/definitions.ts';
import { ReferenceIndex } from '../../../demo/src/fhir-server/search/reference-index.ts';
import type { Service } from '../../../demo/src/fhir-server/service.ts';
import { Store } from '../../../demo/src/fhir-server/storage/store.ts';
import type { Json } from './json.ts';
import { now, type World } from './scenario.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEADERS = ['etag', 'last-modified', 'location', 'content-location', 'content-type'];

export interface PlainAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export class Upstream {
  readonly store: Store;
  /** Requests of the gateway. */
  calls = 0;
  readonly #service: Service;
  #time = now;
  #ids = 0;

  constructor(base: string, habits: Partial<Habits> = {}) {
    this.store = new Store({ journal: undefined, now: () => new Date(this.#time), found: [] });
    this.#service = {
      store: this.store,
      definitions: definitions(),
      references: new ReferenceIndex(this.store, base),
      base,
      habits: { ...GOOD_MANNERS, ...habits },
      now: () => new Date(this.#time),
      newId: () => `new-${++this.#ids}`,
      bundleId: () => 'bundle',
    };
  }

  /** In the order of time. INVARIANT: `lastUpdated` depends on id and version alone, so that what is alike in two worlds looks alike in both. */
  async load(world: World): Promise<void> {
    const writes = Object.entries(world).flatMap(([key, versions]) =>
      versions.map((version, index) => ({ key, version, time: timeOf(key, index) })),
    );
    writes.sort((one, other) => one.time - other.time || (one.key < other.key ? -1 : 1));
    for (const { key, version, time } of writes) {
      this.#time = time;
      await this.write(key, version);
    }
    this.#time = now;
  }

  /** As somebody else would, beside the gateway. */
  async write(key: string, resource: Json | null): Promise<void> {
    const [type = '', id = ''] = key.split('/');
    const body = resource === null ? undefined : encoder.encode(JSON.stringify({ ...resource, id }));
    const { status, text } = await this.plain({ method: resource === null ? 'DELETE' : 'PUT', path: `${type}/${id}`, body });
    if (status >= 400) throw new Error(`cannot load ${key}: ${text}`);
  }

  /** Just so, at this time. */
  put(key: string, resource: Json, time: string): void {
    const [type = '', id = ''] = key.split('/');
    this.#time = Date.parse(time);
    this.store.write((writer) => writer.put(type, id, 'PUT', () => encoder.encode(JSON.stringify(resource))));
    this.#time = now;
  }

  /** Same time for both worlds, whatever either has been asked. */
  at(request: number): void {
    this.#time = now + request * 1000;
  }

  async plain(request: {
    method: ServerRequest['method'];
    path: string;
    headers?: Record<string, string>;
    body?: Uint8Array | undefined;
  }): Promise<PlainAnswer> {
    const [place = '', query = ''] = request.path.split(/\?(.*)/s);
    const answer = await serve(this.#service, {
      method: request.method,
      path: place === '' ? [] : place.split('/').map(decodeURIComponent),
      parameters: parameters(query),
      headers: { accept: 'application/fhir+json', 'content-type': 'application/fhir+json', ...request.headers },
      body: request.body,
    });
    return {
      status: answer.status,
      headers: new Map(Object.entries(answer.headers)),
      text: answer.body === undefined ? '' : decoder.decode(answer.body),
    };
  }

  async answer(request: UpstreamRequest): Promise<UpstreamAnswer> {
    this.calls++;
    const { method, path, headers, body } = request;
    const answer = await this.plain({ method, path, headers: Object.fromEntries(headers), body });
    const kept = [...answer.headers].filter(([name]) => HEADERS.includes(name));
    return { kind: 'upstream', status: answer.status, headers: new Map(kept), body: encoder.encode(answer.text) };
  }

  /** Everything that lives, by `Type/id`. */
  current(): ReadonlyMap<string, Json> {
    const found = new Map<string, Json>();
    for (const { key } of this.store.log) {
      const [type = '', id = ''] = key.split('/');
      const version = this.store.current(type, id);
      if (version !== undefined) found.set(key, version.value);
    }
    return found;
  }

  /** Versions of one id, oldest first; null = deleted. */
  versions(key: string): readonly (Json | null)[] {
    const [type = '', id = ''] = key.split('/');
    return this.store.versions(type, id).map((version) => (version.bytes === undefined ? null : version.value));
  }
}

/** When this version of it was written, in every world. */
export function timeOf(key: string, index: number): number {
  return Date.parse('2025-01-01T00:00:00Z') + (hash(key) % 100_000) * 60_000 + index * 1000;
}

function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (Math.imul(value, 31) + letter.charCodeAt(0)) >>> 0;
  return value;
}

/**
 * A small FHIR server of any version, over real HTTP: it keeps what it is given to the byte, reads it back, and searches by what it knows (ids,
 * references, a few codes). Whatever else a search names is refused, as a strict server does. For tests of versions and representations.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: resources of every type
type Json = any;

interface Stored {
  readonly text: string;
  readonly json: Json;
}

export interface SmallServer {
  readonly url: string;
  readonly stored: Map<string, Stored>;
  /** Bodies of writes, by `Type/id`, as they came. */
  readonly written: Map<string, string>;
  /** Method and URL below the base, in order. */
  readonly log: string[];
  put(text: string): void;
  /** Searches that find nothing, whatever there is. */
  findsNothing: (type: string, parameters: URLSearchParams) => boolean;
  close(): Promise<void>;
}

export async function smallServer(fhirVersion: string): Promise<SmallServer> {
  const stored = new Map<string, Stored>();
  const written = new Map<string, string>();
  const log: string[] = [];
  const self = { findsNothing: (_type: string, _parameters: URLSearchParams): boolean => false };
  const put = (text: string): void => {
    const json = JSON.parse(text);
    stored.set(`${json.resourceType}/${json.id}`, { text, json });
  };
  const server: Server = createServer(async (request, response) => {
    const { status, text, headers } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/fhir+json; charset=utf-8', ...headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;

  async function answer(request: IncomingMessage): Promise<{ status: number; text: string; headers?: Record<string, string> }> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const target = request.url!.slice('/fhir/'.length);
    log.push(`${request.method} ${target}`);
    const [place = '', query = ''] = target.split('?');
    const [type = '', id = '', more] = place.split('/');
    if (place === '' && request.method === 'POST') return transaction(JSON.parse(body));
    if (place === 'metadata') return { status: 200, text: JSON.stringify(statement(fhirVersion, stored)) };
    if (request.method === 'GET' && id !== '' && more === undefined) {
      const found = stored.get(place);
      return found === undefined
        ? { status: 404, text: '{"resourceType":"OperationOutcome"}' }
        : { status: 200, text: found.text };
    }
    if (request.method === 'GET' && more !== undefined) return search(more, new URLSearchParams(query), `${type}/${id}`);
    if (request.method === 'GET') return search(type, new URLSearchParams(query));
    if (request.method === 'POST' && id === '_search') return search(type, new URLSearchParams(body));
    return write(request.method!, place, body);
  }

  function write(
    method: string,
    place: string,
    body: string,
  ): { status: number; text: string; headers?: Record<string, string> } {
    if (method === 'DELETE') return { status: stored.delete(place) ? 204 : 404, text: '' };
    const key = method === 'POST' ? `${place}/new-${written.size + 1}` : place;
    const before = stored.get(key);
    written.set(key, body);
    const json = JSON.parse(body);
    const versionId = String(Number(before?.json.meta?.versionId ?? 0) + 1);
    const kept = JSON.stringify({ ...json, id: key.split('/')[1], meta: { ...json.meta, versionId } });
    put(kept);
    const headers = { location: `${url}/${key}/_history/${versionId}`, etag: `W/"${versionId}"` };
    return { status: before === undefined ? 201 : 200, text: kept, headers };
  }

  function transaction({ entry }: Json): { status: number; text: string } {
    const answers = entry.map(({ request, resource }: Json) => {
      const { status, text, headers } = write(request.method, request.url, JSON.stringify(resource ?? null));
      const response = {
        status: String(status),
        ...(headers === undefined ? {} : { location: headers['location'], etag: headers['etag'] }),
      };
      return { response, ...(text === '' ? {} : { resource: JSON.parse(text) }) };
    });
    return { status: 200, text: JSON.stringify({ resourceType: 'Bundle', type: 'transaction-response', entry: answers }) };
  }

  /** `compartment`: only what points to it, from wherever. */
  function search(type: string, parameters: URLSearchParams, compartment?: string): { status: number; text: string } {
    let found = [...stored].filter(([key]) => key.startsWith(`${type}/`)).map(([, one]) => one);
    for (const [name, value] of parameters) {
      if (name === '_count' || name === '_from' || name === '_sort') continue;
      const places = searched[name];
      if (places === undefined) return { status: 400, text: '{"resourceType":"OperationOutcome"}' };
      found = found.filter(({ json }) =>
        places.some((place) => valuesAt(json, place).some((one) => matches(one, value.split(',')))),
      );
    }
    if (compartment !== undefined) found = found.filter(({ text }) => text.includes(`"${compartment}"`));
    if (self.findsNothing(type, parameters)) found = [];
    found.sort((a, b) => (a.json.id < b.json.id ? -1 : 1));
    const [count, from] = [Number(parameters.get('_count') ?? 10), Number(parameters.get('_from') ?? 0)];
    parameters.set('_from', String(from + count));
    const link =
      from + count < found.length
        ? [{ relation: 'next', url: `${url}/${compartment === undefined ? '' : `${compartment}/`}${type}?${parameters}` }]
        : [];
    const entries = found
      .slice(from, from + count)
      .map(({ json, text }) => `{"fullUrl":"${url}/${type}/${json.id}","resource":${text},"search":{"mode":"match"}}`);
    return {
      status: 200,
      text: `{"resourceType":"Bundle","type":"searchset","link":${JSON.stringify(link)},"entry":[${entries}]}`,
    };
  }

  return Object.assign(self, {
    url,
    stored,
    written,
    log,
    put,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

/** Where each parameter looks; references and codes as they stand. */
const searched: Readonly<Record<string, readonly string[]>> = {
  _id: ['id'],
  patient: ['patient.reference', 'subject.reference', 'for.reference', 'beneficiary.reference'],
  subject: ['subject.reference'],
  participant: ['participant.member.reference', 'participant.individual.reference', 'participant.actor.reference'],
  'general-practitioner': ['generalPractitioner.reference'],
  encounter: ['encounter.reference'],
  status: ['status'],
  code: ['code.coding.code', 'code.concept.coding.code'],
  class: ['class.code', 'class.coding.code'],
  'subject-status': ['subjectStatus.coding.code'],
  family: ['name.family'],
  location: ['content.attachment.url'],
};

function valuesAt(json: Json, place: string): readonly unknown[] {
  return place.split('.').reduce<readonly Json[]>((nodes, step) => nodes.flatMap((node) => node?.[step] ?? []), [json]);
}

function matches(value: unknown, wanted: readonly string[]): boolean {
  return wanted.some((one) => one === value || one.slice(one.indexOf('|') + 1) === value || String(value).endsWith(`/${one}`));
}

function statement(fhirVersion: string, stored: SmallServer['stored']): object {
  const types = [...new Set([...stored.keys()].map((key) => key.split('/')[0]!))];
  const interaction = ['read', 'create', 'update', 'search-type'].map((code) => ({ code }));
  const searchParam = Object.keys(searched).map((name) => ({ name, type: 'token' }));
  const resource = types.map((type) => ({ type, interaction, versioning: 'versioned', searchParam }));
  return { resourceType: 'CapabilityStatement', status: 'active', fhirVersion, rest: [{ mode: 'server', resource }] };
}

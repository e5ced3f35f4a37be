/**
 * FHIR R4 http §3.1.0.11 (batch, transaction). A transaction is one write of the store: all entries or none, in the order DELETE, POST,
 * PUT/PATCH, GET; links to its entries and conditional references are resolved first. A batch is so many requests, each for itself.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../../json.ts';
import { type Answer, json, Refusal } from '../answer.ts';
import { bundle, type Entry, responseOf } from '../read/bundle.ts';
import { type Parameter, parameters, type ServerRequest } from '../request.ts';
import type { Service } from '../service.ts';
import type { Splice } from '../storage/stamp.ts';
import type { Writer } from '../storage/store.ts';
import { criteriaOf, theOneMatch } from './condition.ts';
import { incoming, scanned } from './incoming.ts';
import { referenceSplices } from './references.ts';
import { conditionalUpdate, create, patch, remove, update, type Written } from './writes.ts';

const N = {
  type: name('type'),
  entry: name('entry'),
  fullUrl: name('fullUrl'),
  resource: name('resource'),
  request: name('request'),
  method: name('method'),
  url: name('url'),
  ifNoneExist: name('ifNoneExist'),
  ifMatch: name('ifMatch'),
  ifNoneMatch: name('ifNoneMatch'),
  data: name('data'),
};

interface Step {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly resource: JsonNode;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: readonly string[];
  readonly query: readonly Parameter[];
  readonly headers: Readonly<Record<string, string>>;
}

/** How one entry of a batch, or a GET of a transaction, is served. */
export type Serve = (request: ServerRequest) => Answer | Promise<Answer>;

export async function batchOrTransaction(service: Service, { body, headers }: ServerRequest, serve: Serve): Promise<Answer> {
  const document = scanned(body);
  const kind = document.string(document.member(document.root, N.type));
  if (kind !== 'batch' && kind !== 'transaction')
    throw new Refusal(400, 'value', 'only a batch or a transaction can be posted here');
  const steps = readSteps(document, service.base, headers['prefer']);
  const entries =
    kind === 'batch'
      ? await Promise.all(steps.map((step) => single(document, step, serve)))
      : await transaction(service, document, steps, serve);
  return json(
    200,
    bundle({ type: `${kind}-response`, id: service.bundleId(), lastUpdated: service.now().toISOString(), links: [] }, entries),
  );
}

function readSteps(document: JsonDocument, base: string, prefer: string | undefined): readonly Step[] {
  const steps: Step[] = [];
  const list = document.member(document.root, N.entry);
  for (let entry = document.first(list); entry !== NONE; entry = document.next(entry)) {
    const index = steps.length;
    const request = document.member(entry, N.request);
    const method = (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find(
      (each) => each === document.string(document.member(request, N.method)),
    );
    const url = document.string(document.member(request, N.url));
    if (method === undefined || url === undefined)
      throw new Refusal(400, 'required', `entry ${index} needs request.method and request.url`);
    const [path = '', query = ''] = (url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '')).split(
      '?',
    );
    const header = (target: string, member: JsonNode) => (member === NONE ? {} : { [target]: document.string(member) ?? '' });
    steps.push({
      index,
      fullUrl: document.string(document.member(entry, N.fullUrl)),
      resource: document.member(entry, N.resource),
      method,
      path: path === '' ? [] : path.split('/').map(decodeURIComponent),
      query: parameters(query),
      headers: {
        ...(prefer === undefined ? {} : { prefer }),
        ...header('if-none-exist', document.member(request, N.ifNoneExist)),
        ...header('if-match', document.member(request, N.ifMatch)),
        ...header('if-none-match', document.member(request, N.ifNoneMatch)),
      },
    });
  }
  return steps;
}

async function single(document: JsonDocument, step: Step, serve: Serve): Promise<Entry> {
  const body =
    step.resource === NONE ? undefined : step.method === 'PATCH' ? patchOf(document, step) : document.slice(step.resource);
  const contentType = step.method === 'PATCH' ? { 'content-type': 'application/json-patch+json' } : {};
  const answer = await serve({
    method: step.method,
    path: step.path,
    parameters: step.query,
    headers: { ...step.headers, ...contentType },
    body,
  });
  const { etag, location } = answer.headers;
  const response = {
    status: String(answer.status),
    ...(location === undefined ? {} : { location }),
    ...(etag === undefined ? {} : { etag }),
  };
  const failed = answer.status >= 400 && answer.body !== undefined;
  if (failed)
    return { more: { response: { ...response, outcome: JSON.parse(Buffer.from(answer.body ?? []).toString()) as unknown } } };
  return { ...(answer.body === undefined ? {} : { resource: answer.body }), more: { response } };
}

const ORDER = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 } as const;

async function transaction(
  service: Service,
  document: JsonDocument,
  steps: readonly Step[],
  serve: Serve,
): Promise<readonly Entry[]> {
  const entries = new Array<Entry>(steps.length);
  const { durable } = service.store.write((writer) => {
    const targets = identities(service, document, steps);
    const links = new Map(
      steps.flatMap(({ index, fullUrl }) =>
        fullUrl === undefined || targets[index] === undefined ? [] : [[fullUrl, `${targets[index].type}/${targets[index].id}`]],
      ),
    );
    const seen = new Set<string>();
    for (const step of [...steps].sort((one, other) => ORDER[one.method] - ORDER[other.method] || one.index - other.index)) {
      if (step.method === 'GET' || step.method === 'HEAD') continue;
      const target = targets[step.index];
      const key = target === undefined ? undefined : `${target.type}/${target.id}`;
      if (key !== undefined && seen.has(key)) throw new Refusal(400, 'invalid', `the transaction has two entries for ${key}`);
      if (key !== undefined && !target?.found) seen.add(key);
      const written = apply(service, writer, document, step, target, links);
      entries[step.index] = tell(service, written, step.headers['prefer']);
    }
  });
  await durable;
  for (const step of steps)
    if (step.method === 'GET' || step.method === 'HEAD') entries[step.index] = await single(document, step, serve);
  return entries;
}

interface Target {
  readonly type: string;
  readonly id: string;
  /** A conditional create that found its resource: nothing is written. */
  readonly found: boolean;
}

/** Which resource each entry will be, before anything is written: so that links may point forwards. */
function identities(service: Service, document: JsonDocument, steps: readonly Step[]): readonly (Target | undefined)[] {
  return steps.map((step) => {
    const [type = '', id] = step.path;
    if (step.method === 'GET' || step.method === 'HEAD') return undefined;
    if (id !== undefined) return { type, id, found: false };
    const condition = step.method === 'POST' ? step.headers['if-none-exist'] : undefined;
    const criteria = step.method === 'POST' ? criteriaOf(condition ?? '') : step.query;
    const match = step.method === 'POST' && condition === undefined ? undefined : theOneMatch(service, type, criteria);
    if (match !== undefined) return { type, id: match.facts.id, found: step.method === 'POST' };
    if (step.method === 'DELETE') return undefined;
    if (step.method === 'PATCH') throw new Refusal(404, 'not-found', 'nothing matches the condition of a patch');
    const own =
      step.method === 'PUT' && step.resource !== NONE
        ? incoming(document, step.resource, service.definitions.types).id
        : undefined;
    return { type, id: own ?? service.newId(), found: false };
  });
}

function apply(
  service: Service,
  writer: Writer,
  document: JsonDocument,
  step: Step,
  target: Target | undefined,
  links: ReadonlyMap<string, string>,
): Written {
  if (target === undefined) return { status: 204, version: undefined };
  const { type, id } = target;
  if (!service.definitions.types.has(type)) throw new Refusal(404, 'not-supported', `unknown type "${type}"`);
  switch (step.method) {
    case 'DELETE':
      return remove(service, writer, type, id, step.headers['if-match']);
    case 'PATCH':
      return patch(service, writer, type, id, patchOf(document, step), step.headers['if-match']);
    case 'POST':
    case 'PUT': {
      if (target.found) return { status: 200, version: service.store.current(type, id) };
      const resource = incoming(document, step.resource, service.definitions.types);
      if (resource.type !== type)
        throw new Refusal(400, 'invalid', `entry ${step.index}: the resource is not of the type in the URL`);
      const change = { resource, splices: resolved(service, document, step.resource, links) };
      return step.method === 'POST'
        ? create(service, writer, change, undefined, id)
        : step.path.length === 1
          ? conditionalUpdate(service, writer, change, step.query, step.headers)
          : update(service, writer, change, id, step.headers);
    }
    case 'GET':
    case 'HEAD':
      throw new Refusal(400, 'invalid', 'a read is no change');
  }
}

function resolved(
  service: Service,
  document: JsonDocument,
  resource: JsonNode,
  links: ReadonlyMap<string, string>,
): readonly Splice[] {
  return referenceSplices(document, resource, (link, isReference) => {
    const [whole = '', fragment] = link.split('#');
    const target = links.get(whole);
    if (target !== undefined) return fragment === undefined ? target : `${target}#${fragment}`;
    const conditional = isReference ? /^([A-Z][A-Za-z]+)\?(.+)$/.exec(link) : null;
    if (conditional === null) return undefined;
    const match = theOneMatch(service, conditional[1] ?? '', criteriaOf(conditional[2] ?? ''));
    if (match === undefined)
      throw new Refusal(412, 'not-found', `nothing matches the conditional reference to a ${conditional[1]}`);
    return match.key;
  });
}

/** A patch in a Bundle is a Binary that holds a JSON Patch. */
function patchOf(document: JsonDocument, step: Step): Uint8Array {
  const data = document.string(document.member(step.resource, N.data));
  if (data === undefined) throw new Refusal(400, 'required', 'a patch in a Bundle is a Binary with a JSON Patch as its data');
  return new Uint8Array(Buffer.from(data, 'base64'));
}

function tell(service: Service, { status, version }: Written, prefer: string | undefined): Entry {
  const location = version === undefined ? undefined : `${service.base}/${version.key}/_history/${version.facts.version}`;
  return {
    ...(version?.bytes === undefined || prefer?.includes('return=minimal') ? {} : { resource: version.bytes }),
    more: { response: responseOf(String(status), version, location) },
  };
}

/**
 * From a request to its interaction (FHIR R4 http §3.1.0, the table of interactions), on one screen.
 * The server is our own around Medplum's definitions and FHIRPath rather than a subclass of Medplum's router: that router parses and
 * re-serialises every resource (1.10 becomes 1.1) and has neither pages nor includes nor chains nor ETags, so that little of it was left.
 */
import { type Answer, json, Refusal, refused } from './answer.ts';
import { isFhirMedia, rawBinary, wrapBinary } from './binary.ts';
import { everything } from './read/everything.ts';
import { history } from './read/history.ts';
import { capabilityStatement } from './read/metadata.ts';
import { read, versionRead } from './read/read.ts';
import { answerSearch } from './read/search-answer.ts';
import { parameters, type ServerRequest } from './request.ts';
import { inPatientCompartment } from './search/compartment.ts';
import type { Service } from './service.ts';
import type { Writer } from './storage/store.ts';
import { batchOrTransaction } from './write/batch.ts';
import { theOneMatch } from './write/condition.ts';
import { incoming, scanned } from './write/incoming.ts';
import { answerWrite } from './write/outcome-of-write.ts';
import { conditionalUpdate, create, living, patch, remove, update, type Written } from './write/writes.ts';

/** Never throws for a request's fault; anything it throws is a bug or a disk that failed. */
export async function serve(service: Service, request: ServerRequest): Promise<Answer> {
  try {
    return await dispatch(service, request);
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    if (error instanceof URIError) return refused(new Refusal(400, 'value', 'broken percent-encoding'));
    throw error;
  }
}

async function dispatch(service: Service, request: ServerRequest): Promise<Answer> {
  const [first, second, third, fourth, ...more] = request.path;
  const read_ = request.method === 'GET' || request.method === 'HEAD';
  if (!acceptable(request)) throw new Refusal(406, 'not-supported', 'this server speaks JSON');
  if (more.length > 0) throw new Refusal(404, 'not-found', 'no such path');
  if (first === undefined) {
    if (request.method === 'POST') return batchOrTransaction(service, request, (entry) => serve(service, entry));
    return read_ ? answerSearch(service, request, [...service.definitions.types], '') : notAllowed();
  }
  if (first === 'metadata' && second === undefined) return read_ ? json(200, capabilityStatement(service)) : notAllowed();
  if (first === '_history' && second === undefined)
    return read_ ? history(service, request, undefined, undefined) : notAllowed();
  if (first === '_search' && second === undefined)
    return answerSearch(service, formSearch(request), [...service.definitions.types], '');
  if (!service.definitions.types.has(first)) throw new Refusal(404, 'not-supported', `unknown type "${first}"`);

  if (second === undefined) return onType(service, request, first);
  if (second === '_search' && third === undefined) return answerSearch(service, formSearch(request), [first], first);
  if (second === '_history' && third === undefined) return read_ ? history(service, request, first, undefined) : notAllowed();
  if (third === undefined) return onInstance(service, request, first, second);
  if (third === '_history' && read_)
    return fourth === undefined
      ? history(service, request, first, second)
      : versionRead(service, request, first, second, fourth);
  if (first === 'Patient' && third === '$everything' && fourth === undefined)
    return read_ ? everything(service, request, second) : notAllowed();
  if (first === 'Patient' && (fourth === undefined || fourth === '_search'))
    return compartment(service, request, second, third, fourth);
  throw new Refusal(404, 'not-found', 'no such path');
}

function onType(service: Service, request: ServerRequest, type: string): Answer | Promise<Answer> {
  const { headers, parameters: criteria } = request;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return answerSearch(service, request, [type], type);
    case 'POST':
      return write(service, request, (writer) =>
        create(service, writer, body(service, request, type), headers['if-none-exist'], service.newId()),
      );
    case 'PUT':
      return write(service, request, (writer) =>
        conditionalUpdate(service, writer, body(service, request, type), criteria, headers),
      );
    case 'PATCH':
      return write(service, request, (writer) => {
        const match = theOneMatch(service, type, criteria);
        if (match === undefined) throw new Refusal(404, 'not-found', 'nothing matches');
        return patch(service, writer, type, match.facts.id, patchBody(request), headers['if-match']);
      });
    case 'DELETE':
      return write(service, request, (writer) => {
        const match = theOneMatch(service, type, criteria);
        return match === undefined
          ? { status: 204, version: undefined }
          : remove(service, writer, type, match.facts.id, headers['if-match']);
      });
  }
}

function onInstance(service: Service, request: ServerRequest, type: string, id: string): Answer | Promise<Answer> {
  const { headers } = request;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (type === 'Binary' && !isFhirMedia(headers['accept'])) return rawBinary(living(service, type, id));
      return read(service, request, type, id);
    case 'PUT':
      return write(service, request, (writer) => update(service, writer, body(service, request, type, id), id, headers));
    case 'PATCH':
      return write(service, request, (writer) => patch(service, writer, type, id, patchBody(request), headers['if-match']));
    case 'DELETE':
      return write(service, request, (writer) => remove(service, writer, type, id, headers['if-match']));
    case 'POST':
      return notAllowed();
  }
}

function compartment(
  service: Service,
  request: ServerRequest,
  patient: string,
  type: string,
  last: string | undefined,
): Answer {
  const types = type === '*' ? [...service.definitions.patientCompartment.keys()] : [type];
  if (!types.every((each) => service.definitions.types.has(each)))
    throw new Refusal(404, 'not-supported', `unknown type "${type}"`);
  if (last === undefined && request.method !== 'GET' && request.method !== 'HEAD') return notAllowed();
  const asked = last === undefined ? request : formSearch(request);
  return answerSearch(service, asked, types, `Patient/${encodeURIComponent(patient)}/${type}`, (each) =>
    inPatientCompartment(service, each, patient),
  );
}

async function write(service: Service, request: ServerRequest, change: (writer: Writer) => Written): Promise<Answer> {
  const { result, durable } = service.store.write(change);
  await durable;
  return answerWrite(service, result, request.headers['prefer']);
}

function body(service: Service, request: ServerRequest, type: string, id?: string) {
  const contentType = request.headers['content-type'];
  const raw = type === 'Binary' && !isFhirMedia(contentType);
  if (!raw && !isFhirMedia(contentType)) throw new Refusal(415, 'not-supported', 'this server takes JSON');
  const bytes = raw ? wrapBinary(request.body, contentType ?? '', request.headers['x-security-context'], id) : request.body;
  const document = scanned(bytes);
  const resource = incoming(document, document.root, service.definitions.types);
  if (resource.type !== type) throw new Refusal(400, 'invalid', 'the resource is not of the type in the URL');
  if (request.method === 'PUT' && id !== undefined && resource.id === undefined)
    throw new Refusal(400, 'required', 'an update needs the id in the body');
  return { resource, splices: [] };
}

function patchBody(request: ServerRequest): Uint8Array | undefined {
  if (!/^application\/json-patch\+json\b/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'not-supported', 'a patch is a JSON Patch');
  return request.body;
}

/** POST `_search`: the form's parameters after those of the URL. */
function formSearch(request: ServerRequest): ServerRequest {
  if (request.method !== 'POST') return notAllowed();
  if (
    request.body !== undefined &&
    request.body.length > 0 &&
    !/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
  )
    throw new Refusal(415, 'not-supported', 'a search is posted as a form');
  return { ...request, parameters: [...request.parameters, ...parameters(Buffer.from(request.body ?? []).toString('utf8'))] };
}

/** `_format` wins over `Accept`; only JSON is spoken, but a Binary may be asked for in any form. */
function acceptable(request: ServerRequest): boolean {
  const format = request.parameters.find(([name]) => name === '_format')?.[1];
  if (format !== undefined) return /json/i.test(format);
  return (
    request.path[0] === 'Binary' || isFhirMedia(request.headers['accept']) || (request.headers['accept'] ?? '').includes('*/*')
  );
}

function notAllowed(): never {
  throw new Refusal(405, 'not-supported', 'this method is not served here');
}

/**
 * Create, update, patch, delete (FHIR R4 http §3.1.0.4 to §3.1.0.8), each inside a write of the store, so that a condition and
 * what follows from it are one step. They return what happened; how that is told is `outcome-of-write.ts`.
 */
import { applyPatch } from '../../json.ts';
import { Refusal } from '../answer.ts';
import type { Parameter, ServerRequest } from '../request.ts';
import type { Service } from '../service.ts';
import { type Splice, stamp } from '../storage/stamp.ts';
import type { Writer } from '../storage/store.ts';
import type { Version } from '../storage/version.ts';
import { checkIfMatch, criteriaOf, theOneMatch } from './condition.ts';
import { type Incoming, incoming, isId, scanned } from './incoming.ts';

export interface Written {
  readonly status: 200 | 201 | 204;
  /** The version that is now current, a deletion included; undefined when there was nothing to delete. */
  readonly version: Version | undefined;
}

export interface Change {
  readonly resource: Incoming;
  readonly splices: readonly Splice[];
}

export function create(
  service: Service,
  writer: Writer,
  { resource, splices }: Change,
  ifNoneExist: string | undefined,
  id: string,
): Written {
  const match = ifNoneExist === undefined ? undefined : theOneMatch(service, resource.type, criteriaOf(ifNoneExist));
  if (match !== undefined) return { status: 200, version: match };
  return { status: 201, version: put(writer, 'POST', resource, splices, id) };
}

export function update(
  service: Service,
  writer: Writer,
  { resource, splices }: Change,
  id: string,
  headers: ServerRequest['headers'],
): Written {
  if (!isId(id)) throw new Refusal(400, 'value', 'the id is not a FHIR id');
  if (resource.id !== undefined && resource.id !== id)
    throw new Refusal(400, 'invalid', 'the id in the body differs from the one in the URL');
  const current = service.store.current(resource.type, id);
  checkIfMatch(service, headers['if-match'], current);
  if (headers['if-none-match'] === '*' && current !== undefined) throw new Refusal(412, 'conflict', 'the resource exists');
  return { status: current === undefined ? 201 : 200, version: put(writer, 'PUT', resource, splices, id) };
}

/** §3.1.0.4.3: by criteria instead of by id. */
export function conditionalUpdate(
  service: Service,
  writer: Writer,
  change: Change,
  criteria: readonly Parameter[],
  headers: ServerRequest['headers'],
): Written {
  const match = theOneMatch(service, change.resource.type, criteria);
  return update(service, writer, change, match?.facts.id ?? change.resource.id ?? service.newId(), headers);
}

/** JSON Patch (RFC 6902) on the stored bytes. */
export function patch(
  service: Service,
  writer: Writer,
  type: string,
  id: string,
  operations: Uint8Array | undefined,
  ifMatch: string | undefined,
): Written {
  const current = living(service, type, id);
  checkIfMatch(service, ifMatch, current);
  let patched: Uint8Array;
  try {
    patched = applyPatch(scanned(current.bytes), scanned(operations));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(422, 'processing', (error as Error).message);
  }
  const document = scanned(patched);
  const resource = incoming(document, document.root, service.definitions.types);
  if (resource.type !== type || resource.id !== id) throw new Refusal(422, 'processing', 'a patch must not change type or id');
  return { status: 200, version: put(writer, 'PUT', resource, [], id) };
}

export function remove(service: Service, writer: Writer, type: string, id: string, ifMatch: string | undefined): Written {
  const current = service.store.current(type, id);
  if (ifMatch !== undefined) checkIfMatch(service, ifMatch, current);
  return { status: 204, version: current === undefined ? service.store.latest(type, id) : writer.remove(type, id) };
}

/** The living resource, or the Refusal that a client gets instead: 410 after a deletion, else 404. */
export function living(service: Service, type: string, id: string): Version {
  const latest = service.store.latest(type, id);
  if (latest === undefined) throw new Refusal(404, 'not-found', `${type}/${id} is not known`);
  if (latest.bytes === undefined) throw new Refusal(410, 'deleted', `${type}/${id} was deleted`);
  return latest;
}

function put(writer: Writer, method: 'POST' | 'PUT', resource: Incoming, splices: readonly Splice[], id: string): Version {
  return writer.put(resource.type, id, method, (facts) => stamp(resource.document, resource.root, facts, splices));
}

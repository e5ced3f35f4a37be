/**
 * The one maker of a `FhirRequest` (FHIR R4 http.html). Order of checks: headers, target, path, method, parameters, then what the interaction
 * itself reads. What is not understood is a Problem, never a guess; the answer depends on the request and the tables alone.
 */
import type { FhirTables } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { type Asking, fhirVersionOf } from './asking.ts';
import { readBundle } from './bundle.ts';
import { readCapabilities } from './capabilities.ts';
import { readConditional } from './conditional.ts';
import { parseConditions } from './conditions.ts';
import { readCreate } from './create.ts';
import { readHistory } from './history.ts';
import { type InstancePlace, readInstance } from './instance.ts';
import { interactionOf } from './interaction.ts';
import { contentType } from './media-type.ts';
import { type OperationPlace, readOperation } from './operation.ts';
import { Parameters, parsePairs } from './parameters.ts';
import { type PathShape, pathShape } from './path-shape.ts';
import { isRawBinary, SECURITY_CONTEXT } from './raw-binary.ts';
import type { FhirRequest, HttpRequest } from './request.ts';
import { refuseBody } from './resource-body.ts';
import { readSearch, type SearchPlace } from './search.ts';
import { parseTarget } from './target.ts';

/** Throws Problem; nothing else. */
export function understand(request: HttpRequest, tables: FhirTables): FhirRequest {
  return understandAt(request, tables, 'outer');
}

function understandAt(request: HttpRequest, tables: FhirTables, place: 'outer' | 'entry'): FhirRequest {
  const { conditions, lenient } = parseConditions(request);
  const { segments, query } = parseTarget(request.target);
  const shape = pathShape(segments, tables);
  const interaction = interactionOf(request.method, shape);
  const form = interaction === 'search' && request.method === 'POST' ? formOf(request, tables) : undefined;
  const parameters = new Parameters([...parsePairs(query ?? ''), ...parsePairs(form ?? '')]);
  const original = Object.freeze({ method: request.method, target: request.target, form });
  const asking: Asking = { request, tables, parameters, conditions, lenient, original };
  if (conditions.ifNoneExist !== undefined && interaction !== 'create') {
    throw new Problem('parameter-invalid', 'If-None-Exist belongs to a create.');
  }

  if (conditions.provenance !== undefined && !/^(?:conditional-)?(?:create|update|patch)$/.test(interaction)) {
    throw new Problem('parameter-invalid', 'X-Provenance belongs to a create, update or patch.');
  }

  const takesContext = (interaction === 'create' || interaction === 'update') && isRawBinary(request, typeOf(shape) ?? '');
  if (request.headers.has(SECURITY_CONTEXT) && !takesContext) {
    throw new Problem('parameter-invalid', 'X-Security-Context belongs to content that is sent as a Binary.');
  }

  switch (interaction) {
    case 'search':
      if (form === undefined) refuseBody(request);
      return readSearch(asking, searchPlace(shape));
    case 'capabilities':
      return readCapabilities(asking);
    case 'bundle':
      if (place === 'entry') throw new Problem('request-not-understood', 'A Bundle cannot be an entry of a Bundle.');
      return readBundle(asking, (entry) => understandAt(entry, tables, 'entry'));
    case 'history-instance':
    case 'history-type':
    case 'history-system':
      refuseBody(request);
      return readHistory(asking, { interaction, type: typeOf(shape), id: idOf(shape) });
    case 'operation':
      if (place === 'entry' && conditions.respondAsync)
        throw new Problem('request-not-understood', 'Nothing in a Bundle is asynchronous.');
      return readOperation(asking, { ...operationOf(shape), type: typeOf(shape), id: idOf(shape) });
    case 'create':
      return readCreate(asking, searchedType(shape));
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return readConditional(asking, interaction, searchedType(shape));
    case 'read':
    case 'vread':
    case 'update':
    case 'patch':
    case 'delete':
      return readInstance(asking, interaction, instancePlace(shape));
  }
}

/** The body of `POST _search`: the same text as a query, so the same rules (search.html#post). */
function formOf(request: HttpRequest, tables: FhirTables): string {
  if (request.body.length === 0) return '';
  if (contentType(request, fhirVersionOf(tables)) !== 'application/x-www-form-urlencoded') {
    throw new Problem('media-type-not-supported', 'A search is posted as application/x-www-form-urlencoded.');
  }
  let text = '';
  for (const byte of request.body) text += String.fromCharCode(byte);
  return text;
}

function searchPlace(shape: PathShape): SearchPlace {
  if (shape.kind === 'compartment' || shape.kind === 'compartment-search') {
    return { level: 'compartment', type: shape.type, compartment: Object.freeze(shape.compartment) };
  }
  const type = typeOf(shape);
  return { level: type === undefined ? 'system' : 'type', type, compartment: undefined };
}

function operationOf(shape: PathShape): Pick<OperationPlace, 'name' | 'level'> {
  switch (shape.kind) {
    case 'system-operation':
      return { name: shape.name, level: 'system' };
    case 'type-operation':
      return { name: shape.name, level: 'type' };
    case 'instance-operation':
      return { name: shape.name, level: 'instance' };
    default:
      throw mismatch();
  }
}

function instancePlace(shape: PathShape): InstancePlace {
  if (shape.kind === 'version') return { type: shape.type, id: shape.id, version: shape.version };
  if (shape.kind === 'instance') return { type: shape.type, id: shape.id, version: '' };
  throw mismatch();
}

function searchedType(shape: PathShape): string {
  if (shape.kind === 'type') return shape.type;
  throw mismatch();
}

function typeOf(shape: PathShape): string | undefined {
  return 'type' in shape ? shape.type : undefined;
}

function idOf(shape: PathShape): string | undefined {
  return 'id' in shape ? shape.id : undefined;
}

/** The interaction table has already matched the shape: this would be our mistake, not the client's. */
function mismatch(): Error {
  return new Error('the path and the interaction do not fit');
}

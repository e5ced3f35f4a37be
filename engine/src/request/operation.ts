/** Operations at their three levels (FHIR R4 operations.html). Which of them exist, and what they imply, is decided elsewhere: here they are read. */
import type { JsonDocument } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { type Asking, allTypes, factsOf } from './asking.ts';
import { plainRepresentation, representation } from './representation.ts';
import type { OperationRequest } from './request.ts';
import { checkElements, readFhir, refuseBody, typeOfResource } from './resource-body.ts';

export type OperationPlace = Pick<OperationRequest, 'name' | 'level' | 'type' | 'id'>;

export function readOperation(asking: Asking, place: OperationPlace): OperationRequest {
  const types = place.type === undefined ? allTypes(asking.tables) : [factsOf(asking.tables, place.type)];
  // An export names the elements of each type, which are no `_elements` of a search: it reads them itself.
  const answer =
    place.name === 'export'
      ? plainRepresentation(asking)
      : representation(asking, place.type === undefined || place.id !== undefined ? allTypes(asking.tables) : types, true);
  const parameters = new Map<string, readonly string[]>();
  for (const { name, value } of asking.parameters.rest()) parameters.set(name, [...(parameters.get(name) ?? []), value]);
  const { conditions, original } = asking;
  return Object.freeze({
    interaction: 'operation',
    ...place,
    parameters,
    body: readBody(asking),
    representation: answer,
    conditions,
    original,
  });
}

/** Parameters, or the one resource that stands for them; a POST may also come without a body. */
function readBody({ request, tables }: Asking): JsonDocument | undefined {
  if (request.method !== 'POST') refuseBody(request);
  if (request.body.length === 0) return undefined;
  const document = readFhir(request, tables);
  const resource = typeOfResource(document, document.root);
  if (resource === undefined || !tables.types.has(resource)) {
    throw new Problem('resource-invalid', 'The body of an operation must be a resource.');
  }
  checkElements(document, document.root, resource, tables);
  return document;
}

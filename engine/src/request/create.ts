/** Create, and create unless a search finds something (FHIR R4 http.html#create, #ccreate). */
import type { Asking } from './asking.ts';
import { canonicalCriteria } from './canonical.ts';
import { parsePairs } from './parameters.ts';
import { isRawBinary, rawBinary } from './raw-binary.ts';
import { plainRepresentation } from './representation.ts';
import type { CreateRequest } from './request.ts';
import { readResource } from './resource-body.ts';
import { readCriteria } from './search.ts';

export function readCreate(asking: Asking, type: string): CreateRequest {
  const { request, tables, original } = asking;
  const answer = plainRepresentation(asking);
  asking.parameters.refuseRest();
  const text = asking.conditions.ifNoneExist;
  const criteria = text === undefined ? undefined : readCriteria(parsePairs(text), type, tables);
  const ifNoneExist = criteria === undefined ? undefined : canonicalCriteria(criteria);
  const conditions = Object.freeze({ ...asking.conditions, ifNoneExist });
  const resource = isRawBinary(request, type) ? rawBinary(request, undefined) : readResource(request, type, tables);
  return Object.freeze({ interaction: 'create', type, resource, criteria, representation: answer, conditions, original });
}

/** Update, patch and delete of what a search finds (FHIR R4 http.html#cond-update, #patch, #3.1.0.7.1). */
import type { Asking } from './asking.ts';
import { readPatch } from './patch-body.ts';
import { plainRepresentation } from './representation.ts';
import type { ConditionalRequest } from './request.ts';
import { readResource, refuseBody } from './resource-body.ts';
import { readCriteria } from './search.ts';

export function readConditional(
  asking: Asking,
  interaction: ConditionalRequest['interaction'],
  type: string,
): ConditionalRequest {
  const { request, tables, conditions, original } = asking;
  const answer = plainRepresentation(asking);
  const criteria = readCriteria(asking.parameters.rest(), type, tables);
  const common = { interaction, type, criteria, representation: answer, conditions, original };
  switch (interaction) {
    case 'conditional-update':
      return Object.freeze({ ...common, resource: readResource(request, type, tables), format: undefined });
    case 'conditional-patch': {
      const { format, patch } = readPatch(request, tables);
      return Object.freeze({ ...common, resource: patch, format });
    }
    case 'conditional-delete':
      refuseBody(request);
      return Object.freeze({ ...common, resource: undefined, format: undefined });
  }
}

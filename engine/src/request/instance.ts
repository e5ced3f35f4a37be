/** Interactions on one instance (FHIR R4 http.html#read, #vread, #update, #patch, #delete). */
import { type Asking, factsOf } from './asking.ts';
import { readPatch } from './patch-body.ts';
import { plainRepresentation, representation } from './representation.ts';
import type { FhirRequest } from './request.ts';
import { checkId, readResource, refuseBody } from './resource-body.ts';

export interface InstancePlace {
  readonly type: string;
  readonly id: string;
  /** Of a vread; otherwise empty. */
  readonly version: string;
}

export function readInstance(
  asking: Asking,
  interaction: 'read' | 'vread' | 'update' | 'patch' | 'delete',
  place: InstancePlace,
): FhirRequest {
  const { request, tables, conditions, original } = asking;
  const { type, id } = place;
  const reads = interaction === 'read' || interaction === 'vread';
  const answer = reads ? representation(asking, [factsOf(tables, type)], false) : plainRepresentation(asking);
  asking.parameters.refuseRest();
  const common = { type, id, representation: answer, conditions, original };
  switch (interaction) {
    case 'read':
      refuseBody(request);
      return Object.freeze({ interaction, ...common });
    case 'vread':
      refuseBody(request);
      return Object.freeze({ interaction, ...common, version: place.version });
    case 'update': {
      const resource = readResource(request, type, tables);
      checkId(resource, id);
      return Object.freeze({ interaction, ...common, resource });
    }
    case 'patch':
      return Object.freeze({ interaction, ...common, ...readPatch(request, tables) });
    case 'delete':
      refuseBody(request);
      return Object.freeze({ interaction, ...common });
  }
}

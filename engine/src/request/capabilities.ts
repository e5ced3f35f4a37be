/** The capability statement (FHIR R4 http.html#capabilities). */
import { Problem } from '../problem.ts';
import { type Asking, factsOf } from './asking.ts';
import { representation } from './representation.ts';
import type { CapabilitiesRequest } from './request.ts';
import { refuseBody } from './resource-body.ts';

export function readCapabilities(asking: Asking): CapabilitiesRequest {
  refuseBody(asking.request);
  const answer = representation(asking, [factsOf(asking.tables, 'CapabilityStatement')], false);
  const mode = asking.parameters.one('mode') ?? 'full';
  if (mode !== 'full') throw new Problem('parameter-invalid', 'Only the full capability statement is served.');
  asking.parameters.refuseRest();
  return Object.freeze({
    interaction: 'capabilities',
    representation: answer,
    conditions: asking.conditions,
    original: asking.original,
  });
}

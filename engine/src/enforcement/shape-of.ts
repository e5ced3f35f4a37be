/** How the resources of an answer are shortened (`_summary`, `_elements`), from what was asked and the version of FHIR. */
import type { Shape } from '../release/project.ts';
import type { FhirRequest } from '../request/request.ts';
import type { Given } from './given.ts';

export function shapeOf({ tables }: Given, { representation }: Pick<FhirRequest, 'representation'>): Shape {
  const { summary, elements } = representation;
  return { summary, elements, version: tables.version };
}

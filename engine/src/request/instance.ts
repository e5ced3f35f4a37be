/** Interactions on one instance (FHIR R4 http.html#read, #vread, #update, #patch, #delete). */
import { rawRanges } from './accept.ts';
import { type Asking, factsOf, fhirVersionOf } from './asking.ts';
import { byteRange } from './byte-range.ts';
import { readPatch } from './patch-body.ts';
import { isRawBinary, rawBinary } from './raw-binary.ts';
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
  const raw = interaction === 'read' && type === 'Binary' ? rawOf(asking) : undefined;
  if (raw !== undefined) return readRaw(asking, id, raw);
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
      const resource = isRawBinary(request, type) ? rawBinary(request, id) : readResource(request, type, tables);
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

/** `_format` names a format of FHIR, so beside it the content is never meant. */
function rawOf({ request, tables, parameters }: Asking): readonly string[] | undefined {
  if (parameters.has('_format')) return undefined;
  return rawRanges(request.headers.get('accept') ?? [], fhirVersionOf(tables));
}

/** The content of a Binary has no summary and no elements; what tells of a failure is JSON. */
function readRaw({ request, parameters, conditions, original }: Asking, id: string, raw: readonly string[]): FhirRequest {
  parameters.refuseRest();
  refuseBody(request);
  const answer = Object.freeze({ format: 'json', pretty: false, summary: undefined, elements: undefined } as const);
  const range = byteRange(request);
  return Object.freeze({
    interaction: 'read',
    type: 'Binary',
    id,
    raw,
    ...(range === undefined ? {} : { range }),
    representation: answer,
    conditions,
    original,
  });
}

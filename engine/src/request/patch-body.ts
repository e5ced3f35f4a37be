/** The body of a patch, in one of three forms (FHIR R4 http.html#patch; RFC 6902, RFC 7396). */
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { fhirVersionOf } from './asking.ts';
import { contentType } from './media-type.ts';
import type { HttpRequest, PatchRequest } from './request.ts';
import { checkElements, readFhir, typeOfResource } from './resource-body.ts';

export function readPatch(
  request: HttpRequest,
  tables: FhirTables,
): { readonly format: PatchRequest['format']; readonly patch: JsonDocument } {
  if (request.body.length === 0) throw new Problem('body-missing', 'The request needs a body.');
  const format = formatOf(contentType(request, fhirVersionOf(tables)));
  const patch = format === 'fhirpath-patch' ? readFhir(request, tables) : scan(request.body);
  switch (format) {
    case 'json-patch':
      if (!patch.isArray(patch.root)) throw notAPatch();
      break;
    case 'merge-patch':
      if (!patch.isObject(patch.root)) throw notAPatch();
      break;
    case 'fhirpath-patch':
      if (typeOfResource(patch, patch.root) !== 'Parameters') throw notAPatch();
      checkElements(patch, patch.root, 'Parameters', tables);
      break;
  }
  return { format, patch };
}

function formatOf(mediaType: string): PatchRequest['format'] {
  switch (mediaType) {
    case 'application/json-patch+json':
      return 'json-patch';
    case 'application/merge-patch+json':
      return 'merge-patch';
    case 'application/fhir+json':
    case 'application/json':
    case 'application/fhir+xml':
    case 'application/xml':
    case 'text/xml':
      return 'fhirpath-patch';
    default:
      throw new Problem(
        'media-type-not-supported',
        'A patch is sent as application/json-patch+json, application/merge-patch+json, application/fhir+json or application/fhir+xml.',
      );
  }
}

function notAPatch(): Problem {
  return new Problem('resource-invalid', 'The body is not a patch of the kind that its media type names.');
}

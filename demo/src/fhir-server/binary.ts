// FHIR R4 Binary §2.21 (Serving Binary Resources): raw bytes in and out, when the client speaks of no FHIR media type.
import type { Answer } from './answer.ts';
import { versionHeaders } from './read/version-headers.ts';
import { get } from './search/expression.ts';
import type { Version } from './storage/version.ts';

export const isFhirMedia = (type: string | undefined): boolean =>
  type === undefined ||
  /^(application\/(fhir\+|)json|application\/json-patch\+json|text\/json|\*\/\*|json)\b|^\s*$/i.test(type.trim()) ||
  /\bfhir\+json\b|\bapplication\/json\b/i.test(type);

/** The stored bytes under their own media type; nosniff, since they are whatever somebody stored. */
export function rawBinary(version: Version): Answer {
  const data = get(version.value, 'data');
  const contentType = get(version.value, 'contentType');
  return {
    status: 200,
    headers: {
      ...versionHeaders(version),
      'content-type': typeof contentType === 'string' ? contentType : 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    },
    body: new Uint8Array(Buffer.from(typeof data === 'string' ? data : '', 'base64')),
  };
}

/** The resource that raw bytes become; `X-Security-Context` names whose access rules hold. */
export function wrapBinary(
  body: Uint8Array | undefined,
  contentType: string,
  securityContext: string | undefined,
  id: string | undefined,
): Uint8Array {
  const resource = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...(securityContext === undefined ? {} : { securityContext: { reference: securityContext } }),
    data: Buffer.from(body ?? []).toString('base64'),
  };
  return new TextEncoder().encode(JSON.stringify(resource));
}

/**
 * Content that is sent as it is (FHIR binary.html#rest): wrapped into the Binary that it stands for, so that everything after this sees one kind of body. Its
 * security context, the resource whose rules hold for it, is in a header of its own.
 */
import { isId } from '../fhir/id.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { text } from '../json/write.ts';
import { Problem } from '../problem.ts';
import { encodeBase64 } from './base64.ts';
import { notSupported, parseMediaType } from './media-type.ts';
import type { HttpRequest } from './request.ts';

export const SECURITY_CONTEXT = 'x-security-context';

/** Sent as one of these, a Binary is the resource and not its content. XML that is not FHIR's (`text/xml`) is content: clinical documents come so. */
const resources: ReadonlySet<string> = new Set(['application/fhir+json', 'application/json', 'application/fhir+xml']);

export function isRawBinary(request: HttpRequest, type: string): boolean {
  const lines = request.headers.get('content-type') ?? [];
  const sent = lines.length === 1 ? parseMediaType(lines[0]!) : undefined;
  return type === 'Binary' && sent !== undefined && !resources.has(sent.name);
}

/** `id`: of an update. Throws Problem `body-missing`, `media-type-not-supported` or `parameter-invalid`. */
export function rawBinary(request: HttpRequest, id: string | undefined): JsonDocument {
  const encoding = request.headers.get('content-encoding') ?? [];
  if (encoding.some((one) => one.trim().toLowerCase() !== 'identity')) throw notSupported();
  if (request.body.length === 0) throw new Problem('body-missing', 'The request needs a body.');
  const context = securityContext(request);
  const resource = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType: request.headers.get('content-type')![0]!.trim(),
    ...(context === undefined ? {} : { securityContext: { reference: context } }),
    data: encodeBase64(request.body),
  };
  return scan(new TextEncoder().encode(text(resource)));
}

/** A literal reference, relative or absolute; where it leads is decided on like any reference of a write. */
function securityContext({ headers }: HttpRequest): string | undefined {
  const lines = headers.get(SECURITY_CONTEXT) ?? [];
  const [line] = lines;
  if (line === undefined) return undefined;
  const context = line.trim();
  const absolute = /^https?:\/\/[^\s?#]+\/([A-Z][A-Za-z]{0,63})\/([^/\s?#]+)$/.exec(context);
  const isReference = absolute === null ? referenceKey(context, []) !== undefined : isId(absolute[2]!);
  if (lines.length > 1 || !isReference)
    throw new Problem('parameter-invalid', 'X-Security-Context must be one reference to a resource.');
  return context;
}

/** The body of a write: one resource in JSON or XML, whose type is the URL's and whose elements that type has (FHIR http.html#create, #update). */
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, NONE, name, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { jsonOf, readsXml } from '../xml/json-of.ts';
import { fhirVersionOf } from './asking.ts';
import { contentType, notSupported } from './media-type.ts';
import type { HttpRequest } from './request.ts';

const resourceType = name('resourceType');
const id = name('id');
const jsonTypes: readonly string[] = ['application/fhir+json', 'application/json'];
const xmlTypes: readonly string[] = ['application/fhir+xml', 'application/xml', 'text/xml'];

/** Throws Problem `body-missing`, `media-type-not-supported`, `json-invalid`, `xml-invalid` or `resource-invalid`. */
export function readResource(request: HttpRequest, type: string, tables: FhirTables): JsonDocument {
  if (request.body.length === 0) throw new Problem('body-missing', 'The request needs a body.');
  const document = readFhir(request, tables);
  if (typeOfResource(document, document.root) !== type) {
    throw new Problem('resource-invalid', 'The resource is not of the type that the URL names.');
  }
  checkElements(document, document.root, type, tables);
  return document;
}

/** An update must repeat the id of its URL, so that a body cannot land on another resource. */
export function checkId(document: JsonDocument, expected: string): void {
  if (document.string(document.member(document.root, id)) !== expected) {
    throw new Problem('resource-invalid', 'The id of the resource must be the one in the URL.');
  }
}

/** A body in one of FHIR's formats, whatever it holds. From here on there is JSON alone. */
export function readFhir(request: HttpRequest, tables: FhirTables): JsonDocument {
  const type = contentType(request, fhirVersionOf(tables));
  if (jsonTypes.includes(type)) return scan(request.body);
  if (xmlTypes.includes(type) && readsXml(tables.version)) return scan(jsonOf(request.body, tables.version));
  throw notSupported();
}

export function typeOfResource(document: JsonDocument, node: JsonNode): string | undefined {
  return document.string(document.member(node, resourceType));
}

/** INVARIANT: an element that the tables do not know never passes: nobody could say what it holds, or mask it. */
export function checkElements(document: JsonDocument, node: JsonNode, type: string, tables: FhirTables): void {
  const elements = tables.types.get(type)?.elements;
  if (elements?.size === 0)
    throw new Problem('interaction-not-supported', 'Resources of this type are read here, and not written.');
  for (let member = document.first(node); member !== NONE; member = document.next(member)) {
    const key = document.key(member);
    const known = key === 'resourceType' || elements?.has(key.startsWith('_') ? key.slice(1) : key);
    if (!known)
      throw new Problem('resource-invalid', 'The resource has an element that its type does not have.', {
        detail: 'unknown element',
      });
  }
}

/** A body where none belongs is refused: two readers of the connection could disagree about where the request ends. */
export function refuseBody(request: HttpRequest): void {
  if (request.body.length > 0) throw new Problem('request-not-understood', 'This request may not have a body.');
}

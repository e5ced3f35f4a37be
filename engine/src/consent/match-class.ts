/** FHIR R4 Consent.provision.class, R5 `resourceType` and `documentType`: resource types, document types (LOINC), media types. */
import { elementNodes } from '../fhir/element-path.ts';
import { matchCode } from './match-code.ts';
import type { ConsentMatter } from './matter.ts';
import { isMembers } from './members.ts';
import type { Truth } from './truth.ts';

const TYPES: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/resource-types',
  'http://hl7.org/fhir/fhir-types',
  'http://terminology.hl7.org/CodeSystem/fhir-types',
]);
const MEDIA = 'urn:ietf:bcp:13';
const LOINC = 'http://loinc.org';
/** Where documents are, or are told of. */
const documents: ReadonlyMap<string, readonly string[]> = new Map([
  ['Binary', ['contentType']],
  ['DocumentReference', ['content.attachment.contentType']],
  ['DiagnosticReport', ['presentedForm.contentType']],
  ['Media', ['content.contentType']],
  ['Consent', ['sourceAttachment.contentType']],
  ['Composition', []],
  ['DocumentManifest', []],
  ['Bundle', []],
]);

export function matchClass(value: unknown, matter: ConsentMatter): Truth {
  if (!isMembers(value) || typeof value['code'] !== 'string') return 'maybe';
  const { system, code } = value as { readonly system?: unknown; readonly code: string };
  if (typeof system !== 'string') return 'maybe';
  if (TYPES.has(system)) return isTypeName(code) ? (code === matter.type ? 'yes' : 'no') : 'maybe';
  if (system === MEDIA) return matchMedia(code, matter);
  if (system === LOINC) return documents.has(matter.type) ? matchCode({ coding: [value] }, matter) : 'no';
  return 'maybe';
}

/** Not a group of types (`Resource`, `DomainResource`), which a consent may name as well. */
function isTypeName(code: string): boolean {
  return /^[A-Z][A-Za-z]+$/.test(code) && code !== 'Resource' && code !== 'DomainResource' && code !== 'CanonicalResource';
}

function matchMedia(code: string, { type, document, node }: ConsentMatter): Truth {
  const paths = documents.get(type);
  if (paths === undefined) return 'no';
  const found = paths.flatMap((path) => elementNodes(document, node, path)).map((one) => document.string(one));
  if (found.includes(code)) return 'yes';
  // A document that does not say what it is, or that is told of elsewhere.
  return found.length === 0 ? 'maybe' : 'no';
}

/** `Binary.securityContext` (FHIR binary.html#security): the resource that stands for a Binary in every decision. */
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

const SECURITY_CONTEXT = name('securityContext');
const REFERENCE = name('reference');

/** As `Type/id`. `none`: it names no context. `unreadable`: one that is nobody we know. */
export function contextOf(document: JsonDocument, node: JsonNode, bases: readonly string[]): string | 'none' | 'unreadable' {
  const context = document.member(node, SECURITY_CONTEXT);
  if (context === NONE) return 'none';
  const key = referenceKey(document.string(document.member(context, REFERENCE)) ?? '', bases);
  return key === undefined ? 'unreadable' : `${key.type}/${key.id}`;
}

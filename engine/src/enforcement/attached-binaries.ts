/** The Binaries that a DocumentReference points to with its attachments (R4 and R5 `content.attachment.url`), by id. */
import { elementNodes, elementPath } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';

export const ATTACHMENT = 'content.attachment.url';
const attachment = elementPath(ATTACHMENT);

export function attachedBinaries(document: JsonDocument, node: JsonNode, bases: readonly string[]): readonly string[] {
  return elementNodes(document, node, attachment).flatMap((url) => {
    const key = referenceKey(document.string(url) ?? '', bases);
    return key?.type === 'Binary' ? [key.id] : [];
  });
}

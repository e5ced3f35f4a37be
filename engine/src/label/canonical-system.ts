/** requirements 3.1, trap 4: the HL7 systems have older spellings, which must not make a label another one. */
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import { TextTable } from '../json/text-table.ts';
import { canonicalV3, canonicalV3Systems } from '../terminology/codes.ts';

export function canonicalSystem(written: string): string {
  return canonicalV3(written) ?? written;
}

const known = new TextTable(canonicalV3Systems);

/** The same of a value in a document, where most are known ones and need not be decoded; undefined when it is no string. */
export function canonicalSystemAt(document: JsonDocument, node: JsonNode): string | undefined {
  return known.find(document, node) ?? document.string(node);
}

/** A document with some of its strings replaced; the same document when none is. */
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, type JsonNode, scan } from '../json/scan.ts';
import { text } from '../json/write.ts';

/** `replace`: undefined = stays. */
export function rewritten(
  document: JsonDocument,
  replace: (value: string, node: JsonNode) => string | undefined,
): JsonDocument {
  const edit = new JsonEdit(document);
  for (let node = 0; node < document.count; node++) {
    if (!document.isString(node)) continue;
    const replacement = replace(document.string(node)!, node);
    if (replacement !== undefined) edit.replace(node, text(replacement));
  }
  return edit.isEmpty ? document : scan(edit.apply());
}

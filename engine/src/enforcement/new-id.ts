/**
 * Names for what a request is about to create, while it is judged: the server has not given it an id yet, and other entries of a transaction
 * point to it. INVARIANT: nobody can bring such a name along, so that it means nothing but what we made it for.
 */
import type { JsonDocument } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { containsText, needle } from '../release/contains-text.ts';

const PREFIX = 'fireguard-new-';
const URN = 'urn:uuid:00000000-0000-4000-8000-';
const reserved = [needle(PREFIX), needle(URN)];
const pointing = /^[A-Z][A-Za-z]{0,63}\/fireguard-new-(\d{1,4})(#.*)?$/;

/** `index`: position of the entry; 0 for a create by itself. */
export function newId(index: number): string {
  return `${PREFIX}${index}`;
}

/** What the upstream is told for it. */
export function newUrn(index: number): string {
  return URN + index.toString(16).padStart(12, '0');
}

/** `Patient/fireguard-new-3#part` → its urn with the same fragment; undefined for every other text. */
export function urnFor(text: string): string | undefined {
  const [, index, fragment = ''] = pointing.exec(text) ?? [];
  return index === undefined ? undefined : newUrn(Number(index)) + fragment;
}

/** Throws Problem `resource-invalid` when the client uses such a name itself. An escape could spell one, so strings with escapes are decoded. */
export function refuseNewIds(document: JsonDocument): void {
  const { bytes } = document;
  const found = reserved.some((one) => containsText(bytes, 0, bytes.length, one)) || spelledByEscapes(document);
  if (found) throw new Problem('resource-invalid', 'The resource uses a name that is reserved.');
}

function spelledByEscapes(document: JsonDocument): boolean {
  if (!document.bytes.includes(0x5c)) return false;
  for (let node = 0; node < document.count; node++) {
    const text = document.isString(node) ? document.string(node)! : '';
    if (text.includes(PREFIX) || text.includes(URN)) return true;
  }
  return false;
}

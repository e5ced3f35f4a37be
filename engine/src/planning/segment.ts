/**
 * One path segment of an upstream URL. INVARIANT: what is planned cannot leave the place it was planned for: no slash, no dots alone, no
 * encoding. A value that got here unfit is a bug of ours, not the client's fault, since `understand` and the readers of answers check before.
 */
import { isId } from '../fhir/id.ts';

export function segment(text: string): string {
  if (!isId(text)) throw new Error('not a path segment');
  return text;
}

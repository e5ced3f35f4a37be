/** The form of our own page cursors: whatever else it may be, it is not one of them. */
import { Problem } from '../problem.ts';

/** Throws Problem `cursor-invalid`. */
export function checkCursor(text: string): void {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(text)) throw new Problem('cursor-invalid', 'The page is not one that this server made.');
}

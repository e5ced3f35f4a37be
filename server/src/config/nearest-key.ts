/** The known key that a mistyped one was most likely meant to be. */
import { z } from 'zod';
import { configuration } from './schema.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
}

/** `path`: where the unknown key stands. Undefined when nothing is near. */
export function nearestKey(key: string, path: readonly PropertyKey[]): string | undefined {
  let node: Node | undefined = z.toJSONSchema(configuration, { io: 'input' }) as Node;
  for (const step of path) node = node?.properties?.[String(step)];
  const near = Object.keys(node?.properties ?? {})
    .map((known) => ({ known, distance: distance(key.toLowerCase(), known.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)[0];
  return near !== undefined && near.distance <= Math.max(2, Math.floor(near.known.length / 3)) ? near.known : undefined;
}

/** Levenshtein. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length]!;
}

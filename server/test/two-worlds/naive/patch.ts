/** RFC 6902 on plain JSON, for what the harness writes: whole members of the resource. */
import { copy, type Json, same } from '../json.ts';

/** Undefined: it fails. */
export function patched(resource: Json, patch: readonly Json[]): Json | undefined {
  const result = copy(resource);
  for (const { op, path, from, value } of patch) {
    const key = path.slice(1);
    const there = Object.hasOwn(result, key);
    if (op === 'add') result[key] = copy(value);
    else if (op === 'replace' && there) result[key] = copy(value);
    else if (op === 'remove' && there) delete result[key];
    else if (op === 'copy' && Object.hasOwn(result, from.slice(1))) result[key] = copy(result[from.slice(1)]);
    else if (op !== 'test' || !there || !same(result[key], value)) return undefined;
  }
  return result;
}

/** Resources of the harness: plain JSON, as `JSON.parse` gives it. */
// biome-ignore lint/suspicious/noExplicitAny: resources of every type, on purpose without the engine's types
export type Json = any;

export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const result: Json = {};
  for (const key of Object.keys(value)) result[key] = copy((value as Json)[key]);
  return result;
}

/** Equal but for the order of members. */
export function same(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [Object.keys(one), Object.keys(other)];
  return a.length === b.length && a.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}

/** Is everything in `part` also in `whole`? What a projection leaves is a part of the resource; a list may have lost members of its items. */
export function within(part: Json, whole: Json): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.keys(part).every((key) => Object.hasOwn(whole, key) && within(part[key], whole[key]));
}

/** Every value at a dotted path; lists are walked through. */
export function valuesAt(value: Json, path: string): Json[] {
  let found: Json[] = [value];
  for (const step of path.split('.')) {
    found = found.flatMap((one) => (typeof one === 'object' && one !== null && step in one ? [one[step]].flat() : []));
  }
  return found;
}

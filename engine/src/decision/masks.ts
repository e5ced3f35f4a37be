/** Which elements are withheld when several rules apply (architecture §6): what every permit masks, and what any deny withholds. */

const INNER = 'contained:';
const nothing: readonly string[] = Object.freeze([]);

/** The part of a mask that is for the resource itself, and for copies of its own type inside. */
export function ownMask(mask: readonly string[]): readonly string[] {
  return mask.filter((path) => !path.startsWith(INNER));
}

/** The part that is for what it contains. */
export function innerMasks(mask: readonly string[]): readonly string[] {
  return mask.filter((path) => path.startsWith(INNER));
}

/** The part that is for contained resources of another type, below them: of `contained:Practitioner.address`, `address`. */
export function innerMask(mask: readonly string[], type: string): readonly string[] {
  const start = innerPath(type, '');
  return mask.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
}

export function innerPath(type: string, path: string): string {
  return `${INNER}${type}.${path}`;
}

/** a copy from which something is withheld is not what was signed. */
export function withSignature(type: string, mask: readonly string[]): readonly string[] {
  return type !== 'Bundle' || mask.length === 0 || mask.includes('signature') ? mask : Object.freeze([...mask, 'signature']);
}

/**
 * @param permits for each permit rule that applies, the paths that it masks
 * @param denies for each deny rule of elements that applies, the paths that it withholds
 * @returns paths below the resource, distinct; a path below another one of the result may be listed too
 */
export function combineMasks(
  permits: readonly (readonly string[])[],
  denies: readonly (readonly string[])[],
): readonly string[] {
  if (denies.length === 0 && permits.some((mask) => mask.length === 0)) return nothing;
  const withheld = new Set(denies.flat());
  // By sets: a de-identified view masks a hundred paths.
  const masked = permits.map((mask) => new Set(mask));
  for (const path of new Set(permits.flat())) {
    if (masked.every((mask) => isWithin(path, mask))) withheld.add(path);
  }
  return Object.freeze([...withheld]);
}

/** Is the path, or one above it, among these? */
function isWithin(path: string, mask: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) if (mask.has(path.slice(0, end))) return true;
  return false;
}

/** Which elements are withheld when several rules apply (architecture §6): what every permit masks, and what any deny withholds. */

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
  const withheld = new Set(denies.flat());
  for (const path of new Set(permits.flat())) {
    if (permits.every((mask) => mask.some((masked) => path === masked || path.startsWith(`${masked}.`)))) withheld.add(path);
  }
  return Object.freeze([...withheld]);
}

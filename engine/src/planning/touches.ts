/**
 * Whether reading one element path could tell something of another: equal, above or below (search-semantics §3). Choice types are spelled out
 * in both: `valueQuantity`.
 */
export function touches(path: string, maskable: readonly string[]): boolean {
  return maskable.some((mask) => path === mask || path.startsWith(`${mask}.`) || mask.startsWith(`${path}.`));
}

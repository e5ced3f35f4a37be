/** RFC 9728 §3.1: the well-known part goes between host and path. */
export function resourceMetadataUrl(base: string): string {
  const { origin, pathname } = new URL(base);
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
}

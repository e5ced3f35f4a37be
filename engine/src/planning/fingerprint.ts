/**
 * Tells one planned search from another in the few characters that a cursor can spare (FNV-1a, twice 32 bits). It guards nothing: cursors are sealed;
 * it only says whether the upstream page that a cursor remembers still belongs to what is planned now.
 */
import type { UpstreamRequest } from './upstream-request.ts';

export function fingerprint({ method, path, body }: UpstreamRequest): string {
  const text = `${method} ${path} ${body === undefined ? '' : new TextDecoder().decode(body)}`;
  return [0x811c9dc5, 0x01000193].map((seed) => hash(text, seed).toString(36)).join('.');
}

function hash(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** RFC 6750 §3 and RFC 9728 §5.1: what a 401 says. The same for every route and id; `error` only where a token was presented. */
import { resourceMetadataUrl } from './resource-metadata.ts';

export function challenge(base: string, presented: boolean): string {
  const metadata = `resource_metadata="${resourceMetadataUrl(base)}"`;
  return presented ? `Bearer realm="fhir", error="invalid_token", ${metadata}` : `Bearer realm="fhir", ${metadata}`;
}

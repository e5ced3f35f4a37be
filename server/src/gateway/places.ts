/** What lies where on the API's host: the FHIR base, its public documents, and nothing else. Compared as raw text, never decoded. */
import { resourceMetadataUrl } from './resource-metadata.ts';

export type Place =
  /** `target` below the base. `open`: the capability statement, which any origin may read. */
  | { readonly kind: 'fhir'; readonly target: string; readonly open: boolean }
  | { readonly kind: 'document'; readonly name: 'smart-configuration' | 'protected-resource' }
  | { readonly kind: 'elsewhere' };

export function placesOf(base: string): (target: string) => Place {
  const prefix = new URL(base).pathname.replace(/\/$/, '');
  const smart = `${prefix}/.well-known/smart-configuration`;
  const resource = new URL(resourceMetadataUrl(base)).pathname;
  return (target) => {
    const query = target.indexOf('?');
    const path = query === -1 ? target : target.slice(0, query);
    if (path === smart) return { kind: 'document', name: 'smart-configuration' };
    if (path === resource) return { kind: 'document', name: 'protected-resource' };
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return { kind: 'elsewhere' };
    return { kind: 'fhir', target: target.slice(prefix.length), open: path === `${prefix}/metadata` };
  };
}

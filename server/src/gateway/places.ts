/** What lies where on the API's host: the FHIR base, its public documents, and nothing else. Compared as raw text, never decoded. */
import { resourceMetadataUrl } from './resource-metadata.ts';

export type Place =
  /** `target` below the base. `open`: the capability statement, which any origin may read. */
  | { readonly kind: 'fhir'; readonly target: string; readonly open: boolean }
  /** An export's status, or one of its files. `target` below the base, as a token proves it. */
  | {
      readonly kind: 'export';
      readonly target: string;
      readonly job: string;
      readonly file: { readonly type: string; readonly file: number } | undefined;
    }
  /** Subscriptions to audit events: all of a client's, or one. */
  | { readonly kind: 'subscription'; readonly target: string; readonly id: string | undefined }
  | { readonly kind: 'document'; readonly name: 'smart-configuration' | 'protected-resource' }
  | { readonly kind: 'elsewhere' };

/** Made by us, so it has one form. */
const exported =
  /^\/_export\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/([A-Z][A-Za-z]{1,63})\.(0|[1-9]\d{0,8})\.ndjson)?$/;

const subscribed = /^\/_audit\/Subscription(?:\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;

export function placesOf(base: string): (target: string) => Place {
  const prefix = new URL(base).pathname.replace(/\/$/, '');
  const smart = `${prefix}/.well-known/smart-configuration`;
  const resource = new URL(resourceMetadataUrl(base)).pathname;
  return (target) => {
    const query = target.indexOf('?');
    const path = query === -1 ? target : target.slice(0, query);
    if (path === smart) return { kind: 'document', name: 'smart-configuration' };
    if (path === resource) return { kind: 'document', name: 'protected-resource' };
    const below = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    const subscription = query === -1 ? subscribed.exec(below) : null;
    if (subscription !== null) return { kind: 'subscription', target: below, id: subscription[1] };
    const [, job, type, file] = exported.exec(below) ?? [];
    if (job !== undefined && query === -1) {
      const wanted = type === undefined ? undefined : { type, file: Number(file) };
      return { kind: 'export', target: target.slice(prefix.length), job, file: wanted };
    }
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return { kind: 'elsewhere' };
    return { kind: 'fhir', target: target.slice(prefix.length), open: path === `${prefix}/metadata` };
  };
}

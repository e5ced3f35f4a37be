// Bundles are written by hand around the stored bytes: the resources in them are those that a read gives, to the byte.
import type { Version } from '../storage/version.ts';
import { etagOf } from './version-headers.ts';

export interface Entry {
  readonly fullUrl?: string;
  /** Bytes of the resource. */
  readonly resource?: Uint8Array | undefined;
  /** `search`, `request`, `response` as JSON values. */
  readonly more: Readonly<Record<string, unknown>>;
}

export interface BundleHead {
  readonly type: 'searchset' | 'history' | 'batch-response' | 'transaction-response';
  readonly id: string;
  readonly lastUpdated: string;
  readonly total?: number | undefined;
  readonly links: readonly { readonly relation: 'self' | 'next'; readonly url: string }[];
}

export function bundle(head: BundleHead, entries: readonly Entry[]): Uint8Array {
  const top = {
    resourceType: 'Bundle',
    id: head.id,
    meta: { lastUpdated: head.lastUpdated },
    type: head.type,
    ...(head.total === undefined ? {} : { total: head.total }),
    ...(head.links.length === 0 ? {} : { link: head.links }),
  };
  const pieces: Uint8Array[] = [Buffer.from(JSON.stringify(top).slice(0, -1))];
  for (const [index, { fullUrl, resource, more }] of entries.entries()) {
    const rest = JSON.stringify(more).slice(1, -1);
    const before = fullUrl === undefined ? '' : `"fullUrl":${JSON.stringify(fullUrl)}`;
    pieces.push(Buffer.from(`${index === 0 ? ',"entry":[{' : ',{'}${before}`));
    if (resource !== undefined) pieces.push(Buffer.from(`${before === '' ? '' : ','}"resource":`), resource);
    const comma = rest !== '' && (before !== '' || resource !== undefined) ? ',' : '';
    pieces.push(Buffer.from(`${comma}${rest}}`));
  }
  pieces.push(Buffer.from(entries.length > 0 ? ']}' : '}'));
  return Buffer.concat(pieces);
}

export const responseOf = (status: string, version: Version | undefined, location?: string) => ({
  status,
  ...(location === undefined ? {} : { location }),
  ...(version === undefined ? {} : { etag: etagOf(version), lastModified: version.facts.lastUpdated }),
});

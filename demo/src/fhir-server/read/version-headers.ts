// FHIR R4 http §3.1.0.1.6: the version as a weak ETag, its time as Last-Modified.
import type { Version } from '../storage/version.ts';

export const etagOf = ({ facts }: Version): string => `W/"${facts.version}"`;

export function versionHeaders(version: Version): Readonly<Record<string, string>> {
  return { etag: etagOf(version), 'last-modified': new Date(version.facts.lastUpdated).toUTCString() };
}

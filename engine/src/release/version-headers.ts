/**
 * http.html#versioning: ETag and Last-Modified of a resource, taken from its judged bytes and never from the upstream's headers, so that a
 * header cannot say what the body does not. None when anything is masked: they move when somebody changes what is hidden.
 */
import { isId } from '../fhir/id.ts';
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';
import { isMarked, type Visible } from './visible.ts';

const META = name('meta');
const VERSION_ID = name('versionId');
const LAST_UPDATED = name('lastUpdated');

export function versionHeaders(visible: Visible): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  if (isMarked(visible)) return headers;
  const version = versionOf(visible.document, visible.node);
  if (version !== undefined) headers.set('etag', `W/"${version}"`);
  const updated = lastUpdatedOf(visible);
  if (updated !== undefined) headers.set('last-modified', new Date(updated).toUTCString());
  return headers;
}

/** `meta.versionId`, when it is an id. */
export function versionOf(document: JsonDocument, node: JsonNode): string | undefined {
  const version = document.string(document.at(node, META, VERSION_ID));
  return version !== undefined && isId(version) ? version : undefined;
}

/** `meta.lastUpdated` in milliseconds, cut to the second as HTTP has it. */
export function lastUpdatedOf({ document, node }: Visible): number | undefined {
  const time = Date.parse(document.string(document.at(node, META, LAST_UPDATED)) ?? '');
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000) * 1000;
}

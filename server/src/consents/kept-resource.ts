/** A kept consent as a FHIR server would give it: its own bytes, with version and time in `meta`. */
import { JsonEdit, NONE, name, scan } from '@fireguard/engine';
import type { KeptConsent } from '../storage/consents.ts';

const META = name('meta');
const encoder = new TextEncoder();

/** Undefined: taken back in this version. */
export function keptResource({ resource, version, createdAt }: KeptConsent): Uint8Array | undefined {
  if (resource === undefined) return undefined;
  const document = scan(encoder.encode(resource));
  const told = { versionId: String(version), lastUpdated: createdAt.toISOString() };
  const edit = new JsonEdit(document);
  const meta = document.member(document.root, META);
  if (meta === NONE) edit.insertMember(document.root, 'meta', JSON.stringify(told));
  else edit.replace(meta, JSON.stringify({ ...(document.value(meta) as object), ...told }));
  return edit.apply();
}

/** The headers of its state. */
export function keptHeaders({ id, version, createdAt }: KeptConsent, base: string): readonly (readonly [string, string])[] {
  return [
    ['etag', `W/"${version}"`],
    ['last-modified', createdAt.toUTCString()],
    ['location', `${base}/Consent/${id}/_history/${version}`],
  ];
}

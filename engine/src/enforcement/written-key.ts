/** http.html#create: which instance and version the upstream made, from its Location header, or else from what it sent back. */
import { isId } from '../fhir/id.ts';
import type { UpstreamAnswer } from './need.ts';

export interface WrittenKey {
  readonly id: string | undefined;
  readonly version: string | undefined;
}

/** `…/<type>/<id>/_history/<version>`, absolute or relative. Only ids are taken from it, never the URL. */
export function writtenKey({ headers }: UpstreamAnswer, type: string): WrittenKey {
  const parts = (headers.get('location') ?? headers.get('content-location') ?? '').split('/');
  const at = parts.lastIndexOf(type);
  const [id = '', history, version = ''] = at < 0 ? [] : parts.slice(at + 1);
  const tag = /^W\/"([^"]*)"$/.exec(headers.get('etag') ?? '')?.[1] ?? '';
  const told = history === '_history' ? version : tag;
  return { id: isId(id) ? id : undefined, version: isId(told) ? told : undefined };
}

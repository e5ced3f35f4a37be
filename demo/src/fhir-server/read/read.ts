/**
 * Everything that only looks: each file one interaction, or the form in which its answer is written. Resources leave as the bytes that
 * were stored, or as a marked projection of them; nothing in this folder may change the store.
 * This file: FHIR R4 http §3.1.0.2 (read) and §3.1.0.3 (vread).
 */
import { type Answer, json, Refusal } from '../answer.ts';
import type { ServerRequest } from '../request.ts';
import type { Service } from '../service.ts';
import type { Version } from '../storage/version.ts';
import { living } from '../write/writes.ts';
import { etagOf, versionHeaders } from './version-headers.ts';
import { parseView, view } from './view.ts';

export function read(service: Service, request: ServerRequest, type: string, id: string): Answer {
  const version = living(service, type, id);
  if (unchanged(version, request.headers)) return { status: 304, headers: versionHeaders(version), body: undefined };
  return shown(service, request, version);
}

export function versionRead(service: Service, request: ServerRequest, type: string, id: string, number: string): Answer {
  const versions = service.store.versions(type, id);
  const version = versions.find(({ facts }) => String(facts.version) === number);
  if (version === undefined) throw new Refusal(404, 'not-found', `${type}/${id} has no such version`);
  if (version.bytes === undefined) throw new Refusal(410, 'deleted', 'this version is a deletion');
  return shown(service, request, version);
}

function shown(service: Service, request: ServerRequest, version: Version): Answer {
  const location = `${service.base}/${version.key}/_history/${version.facts.version}`;
  return json(200, view(version, parseView(request.parameters)), { ...versionHeaders(version), 'content-location': location });
}

/** RFC 9110 §13.2.2: `If-None-Match` first; `If-Modified-Since` only without it, to the second. */
function unchanged(version: Version, headers: ServerRequest['headers']): boolean {
  const etags = headers['if-none-match'];
  if (etags !== undefined)
    return (
      etags.trim() === '*' || etags.split(',').some((each) => each.trim().replace(/^W\//, '') === etagOf(version).slice(2))
    );
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(Date.parse(version.facts.lastUpdated) / 1000) * 1000 <= since;
}

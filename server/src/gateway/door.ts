/** The API's one door: checks the host, sorts the few public documents from FHIR requests, and writes what comes back. */
import type { Hosts } from '../http/hosts.ts';
import type { HttpResponse, Incoming, StreamedResponse } from '../http/incoming.ts';
import type { RawHandler } from '../http/listener.ts';
import { readIncoming } from '../http/read-incoming.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { writeResponse, writeStream } from '../http/write-response.ts';
import type { Collaborators } from './collaborators.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { fixedAnswer } from './fixed-answer.ts';
import { framesOf } from './log.ts';
import { handle } from './pipeline.ts';
import { type Place, placesOf } from './places.ts';
import type { Origins } from './registered-origins.ts';

export interface DoorOptions {
  readonly use: Collaborators;
  readonly hosts: Hosts;
  readonly origins: Origins;
  readonly maxBodyBytes: number;
  readonly maxConcurrent: number;
  /** Public documents, made by the authorization server's side. */
  readonly documents: Documents;
  /** The only targets below the base that are served here, where others are served elsewhere. Default: all. */
  readonly only?: (target: string) => boolean;
  /** Further bases on the same host. */
  readonly further?: readonly Base[];
}

type Documents = Readonly<Record<'smart-configuration' | 'protected-resource', () => object>>;

/** One FHIR base: what works for it, and what it says of itself. */
export interface Base {
  readonly use: Collaborators;
  readonly documents: Documents;
}

export function fhirDoor(options: DoorOptions): RawHandler {
  // The longest first: one base may lie below another, as a name that no resource type has.
  const bases = [options, ...(options.further ?? [])]
    .map((base) => ({ base, place: placesOf(base.use.base) }))
    .sort((one, other) => other.base.use.base.length - one.base.use.base.length);
  const find = (target: string): readonly [Base, Place] => {
    for (const { base, place } of bases) {
      const found = place(target);
      if ('target' in found && options.only?.(found.target) === false) break;
      if (found.kind !== 'elsewhere') return [base, found];
    }
    return [options, { kind: 'elsewhere' }];
  };
  let inWork = 0;
  return async (message, response, target) => {
    inWork++;
    try {
      const incoming = readIncoming(message, target, options.maxBodyBytes);
      const [base, place] = find(target);
      const within = base === options ? options : { ...options, ...base };
      const answer = await pass(incoming, place, within, inWork > options.maxConcurrent).catch((error: unknown) =>
        fixedAnswer('broken', incoming, options.use, framesOf(error)),
      );
      if ('stream' in answer) await writeStream(message, response, answer);
      else writeResponse(message, response, answer);
    } catch {
      // A socket that broke while being written to has nobody left to tell.
      response.destroy();
    } finally {
      inWork--;
    }
  };
}

async function pass(
  incoming: Incoming,
  place: Place,
  options: DoorOptions,
  crowded: boolean,
): Promise<HttpResponse | StreamedResponse> {
  const { use, origins } = options;
  if (!options.hosts.accepts(incoming.headers.get('host'))) return fixedAnswer('host', incoming, use);
  if (crowded) return fixedAnswer('crowded', incoming, use);
  const origin = incoming.headers.get('origin')?.join();
  const open = place.kind === 'document' || (place.kind === 'fhir' && place.open);
  if (incoming.method === 'OPTIONS') {
    return {
      status: 204,
      headers: [...(await preflightHeaders(origin, open, origins)), ...securityHeaders(use.overTls)],
      body: NOTHING,
    };
  }
  const answer = await answered(incoming, place, options);
  if (origin === undefined) return answer;
  return { ...answer, headers: [...answer.headers, ...(await corsHeaders(origin, open, origins))] };
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

function answered(
  incoming: Incoming,
  place: Place,
  options: DoorOptions,
): HttpResponse | Promise<HttpResponse | StreamedResponse> {
  switch (place.kind) {
    case 'fhir':
      return handle({ ...incoming, target: place.target }, options.use);
    case 'document': {
      if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return fixedAnswer('document-method', incoming, options.use);
      const body = encoder.encode(JSON.stringify(options.documents[place.name]()));
      return {
        status: 200,
        headers: [['Content-Type', 'application/json; charset=utf-8'], ...securityHeaders(options.use.overTls)],
        body,
      };
    }
    case 'export':
      return (
        options.use.exports?.answer({ ...incoming, target: place.target }, place) ??
        fixedAnswer('elsewhere', incoming, options.use)
      );
    case 'subscription':
      return (
        options.use.subscriptions?.answer({ ...incoming, target: place.target }, place) ??
        fixedAnswer('elsewhere', incoming, options.use)
      );
    case 'elsewhere':
      return fixedAnswer('elsewhere', incoming, options.use);
  }
}

/** An upstream whose AuditEvents are ours: reads, searches and creates of that type are answered from the audit log, everything else goes on to the FHIR server. */
import { type FhirTables, UpstreamRequest } from '@fireguard/engine';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { answer, outcome } from './answers.ts';
import { listed } from './listed.ts';
import { receiveEvent } from './receive-event.ts';
import { searchEvents } from './search-events.ts';

export interface AuditEventsGiven {
  readonly log: SearchableAuditLog;
  readonly tables: FhirTables;
  /** Our FHIR base, absolute, no trailing slash. */
  readonly base: string;
}

type Asked = Parameters<Upstream['send']>[0];
type Answered = Awaited<ReturnType<Upstream['send']>>;

export function withAuditEvents(upstream: Upstream, given: AuditEventsGiven): Upstream {
  return Object.freeze<Upstream>({
    ...upstream,
    send(request) {
      if (!UpstreamRequest.isUpstreamRequest(request)) throw new Error('not planned');
      const place = /^\/?(?:Patient\/([A-Za-z0-9.-]{1,64})\/)?AuditEvent(?=$|[/?])(.*)$/s.exec(request.path);
      if (place !== null) return serve(request, place[1], place[2]!, given);
      if (request.about.some((key) => key.split('/', 1)[0] === 'AuditEvent'))
        return Promise.resolve(outcome(405, 'not-supported'));
      const answered = upstream.send(request);
      return /^\/?metadata($|\?)/.test(request.path) ? answered.then(listed) : answered;
    },
  });
}

async function serve(request: Asked, patient: string | undefined, rest: string, given: AuditEventsGiven): Promise<Answered> {
  const { method } = request;
  if (method === 'GET' && (rest === '' || rest.startsWith('?'))) return searchEvents(rest.slice(1), patient, given);
  if (method === 'POST' && rest.startsWith('/_search'))
    return searchEvents(new TextDecoder().decode(request.body ?? new Uint8Array(0)), patient, given);
  if (method === 'POST' && rest === '') return receiveEvent(request.body ?? new Uint8Array(0), given);
  const instance = /^\/([A-Za-z0-9.-]{1,64})(?:\/_history\/1)?$/.exec(rest);
  if (method === 'GET' && instance !== null) {
    await given.log.searchable();
    const found = await given.log.eventById(instance[1]!, given.tables.version);
    return found === undefined ? outcome(404, 'not-found') : answer(200, found.event);
  }
  // A trail is not changed; and what it was before, it is now.
  return method === 'GET' ? outcome(404, 'not-found') : outcome(405, 'not-supported');
}

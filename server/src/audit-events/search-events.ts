/**
 * A search for AuditEvents (IHE ITI-81, and FHIR's own parameters). The database narrows by time, patient, record, person and app; what remains is made into events,
 * and each is matched by the engine's own rules, so that every parameter means what it means elsewhere. A search that would read too much is refused, never cut short.
 */
import { type Problem, type SearchRequest, scan, searchMatcher, type UpstreamAnswer, understand } from '@fireguard/engine';
import { answer, outcome } from './answers.ts';
import { type EventPlace, readEventPlace, writeEventPlace } from './event-place.ts';
import { narrowed, orderOf } from './narrowed.ts';
import type { AuditEventsGiven } from './with-audit-events.ts';

const batch = 500;
/** Records that one page may look through. */
const mostRead = 50_000;
const encoder = new TextEncoder();

export async function searchEvents(
  query: string,
  patient: string | undefined,
  given: AuditEventsGiven,
): Promise<UpstreamAnswer> {
  const parameters = query.split('&').filter((part) => part !== '');
  const page = parameters.find((part) => part.startsWith('_page='))?.slice('_page='.length);
  const rest = parameters.filter((part) => !part.startsWith('_page=')).join('&');
  let asked: SearchRequest;
  try {
    const target = `${patient === undefined ? '' : `/Patient/${patient}`}/AuditEvent${rest === '' ? '' : `?${rest}`}`;
    asked = understand({ method: 'GET', target, headers: new Map(), body: new Uint8Array(0) }, given.tables) as SearchRequest;
    return await found(asked, patient, rest, page === undefined ? undefined : readEventPlace(page), given);
  } catch (error) {
    const { answer: how, publicText } = error as Problem;
    if (how === undefined) throw error;
    return outcome(how.status, how.issue, publicText);
  }
}

async function found(
  asked: SearchRequest,
  patient: string | undefined,
  query: string,
  from: EventPlace | undefined,
  { log, tables, base }: AuditEventsGiven,
): Promise<UpstreamAnswer> {
  const range = narrowed(asked, patient, base);
  const descending = orderOf(asked);
  if (range === undefined || descending === undefined)
    return outcome(
      400,
      'too-costly',
      range === undefined
        ? 'Give a date (IHE ITI-81), a patient or an id: the audit trail is too long to be read as a whole.'
        : 'Audit events can be sorted by date only.',
    );
  await log.searchable();
  const matches = searchMatcher(asked, tables, [base]);
  const count = asked.count ?? 50;
  const entries: object[] = [];
  let [after, skip] = [from?.after, from?.skip ?? 0];
  for (let read = 0; ; read += batch) {
    if (read >= mostRead)
      return outcome(400, 'too-costly', 'Too much would have to be read: narrow the dates, or name a patient.');
    const { rows, next } = await log.search({ ...range, descending, count: batch, ...(after === undefined ? {} : { after }) });
    for (const row of rows) {
      const events = log.eventsOf(row, tables.version);
      for (const [index, event] of events.entries()) {
        if (index < skip) continue;
        const document = scan(encoder.encode(JSON.stringify(event)));
        if (!matches(document, document.root) || (patient !== undefined && !isAbout(event, patient))) continue;
        if (entries.length === count) return bundle(entries, base, link(query, { after, skip: index }));
        entries.push(event);
      }
      skip = 0;
      after = { recorded: row.recorded, recordId: row.record_id };
    }
    if (next === undefined) return bundle(entries, base, undefined);
  }
}

/** The compartment's own criterion: the event names the patient. */
function isAbout(event: object, patient: string): boolean {
  return JSON.stringify(event).includes(`"Patient/${patient}"`);
}

function link(query: string, place: EventPlace): string {
  return `AuditEvent?${query === '' ? '' : `${query}&`}_page=${writeEventPlace(place)}`;
}

function bundle(events: readonly object[], base: string, next: string | undefined): UpstreamAnswer {
  return answer(200, {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
    entry: events.map((resource) => ({
      fullUrl: `${base}/AuditEvent/${(resource as { id: string }).id}`,
      resource,
      search: { mode: 'match' },
    })),
  });
}

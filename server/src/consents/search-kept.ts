/**
 * A search for Consents (search.html) over those that are kept here and those of the upstream, in one order. Ours are narrowed by patient and id in the database and
 * matched by the engine's own rules. More than may be held at once is refused, never cut short.
 */
import {
  type JsonDocument,
  Problem,
  referenceKey,
  type SearchRequest,
  type SortKey,
  scan,
  searchMatcher,
  searchOrder,
  type UpstreamAnswer,
  understand,
} from '@fireguard/engine';
import { currentConsents, keptIds } from '../storage/consents.ts';
import { answer, outcome } from './answers.ts';
import { bundle } from './bundle.ts';
import { keptResource } from './kept-resource.ts';
import { merged } from './merged.ts';
import { type PagePlace, readPagePlace, writePagePlace } from './page-place.ts';
import { noPage, type UpstreamEntry, upstreamPage } from './upstream-page.ts';
import type { KeptConsentsGiven } from './with-kept-consents.ts';

const mostHeld = 10_000;
const decoder = new TextDecoder();

interface Match {
  readonly id: string;
  readonly text: Uint8Array;
  readonly keys: readonly SortKey[];
}

/** `query`: as planned, with our page place where it goes on. `passOn`: sends the search itself to the upstream. */
export async function searchKept(
  patient: string | undefined,
  query: string,
  given: KeptConsentsGiven,
  passOn: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const parameters = query.split('&').filter((part) => part !== '');
  const page = parameters.find((part) => part.startsWith('_page='))?.slice('_page='.length);
  const place = page === undefined ? undefined : readPagePlace(page);
  if (page !== undefined && place === undefined) return outcome(404, 'not-found');
  const rest = parameters.filter((part) => !part.startsWith('_page=')).join('&');
  const path = `${patient === undefined ? '' : `Patient/${patient}/`}Consent?${rest}`;
  try {
    const asked = understand(
      { method: 'GET', target: `/${path}`, headers: new Map(), body: new Uint8Array(0) },
      given.tables,
    ) as SearchRequest;
    return await found({ asked, patient, path, place }, given, passOn);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.answer.status >= 500) throw problem;
    return outcome(problem.answer.status, problem.answer.issue);
  }
}

interface Asked {
  readonly asked: SearchRequest;
  readonly patient: string | undefined;
  readonly path: string;
  readonly place: PagePlace | undefined;
}

async function found(
  { asked, patient, path, place }: Asked,
  given: KeptConsentsGiven,
  passOn: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const { alsoUpstream, look, upstreamBase } = given;
  const ended = !alsoUpstream || (place !== undefined && place.next === undefined);
  const [ours, theirs] = await Promise.all([
    matchesOf(asked, patient, given),
    ended ? undefined : place?.next === undefined ? passOn() : look(place.next),
  ]);
  if (theirs !== undefined && theirs.status !== 200) return theirs;
  const order = searchOrder(asked, [given.base, upstreamBase]);
  if (order !== undefined) ours.sort((one, other) => order.compare(one.keys, other.keys));
  const their = theirs === undefined ? noPage : upstreamPage(theirs, upstreamBase);
  const total = their.total === undefined ? undefined : their.total + ours.length;
  if (asked.count === 0) return answer(200, bundle('searchset', [], { total }));
  const hidden = await keptIds(
    given.db,
    their.entries.flatMap(({ type, id }) => (type === 'Consent' && id ? [id] : [])),
  );
  const left = ours.values().drop(place?.taken ?? 0);
  let head = left.next();
  let taken = place?.taken ?? 0;
  const items = await merged(
    {
      peek: async () => (head.done ? undefined : head.value),
      take() {
        head = left.next();
        taken++;
      },
      get taken() {
        return taken;
      },
    },
    {
      items: their.entries.filter(({ type, id }) => type !== 'Consent' || !hidden.has(id ?? '')),
      more: their.next !== undefined,
    },
    order === undefined
      ? undefined
      : (one: Match, other: UpstreamEntry) => order.compare(one.keys, order.keysOf(other.document, other.resource)) < 0,
    asked.count ?? 50,
  );
  const goesOn = their.next !== undefined || taken < ours.length;
  const next = goesOn
    ? `${path}${path.endsWith('?') ? '' : '&'}_page=${writePagePlace({ taken, next: their.next })}`
    : undefined;
  const entries = items.map((one) =>
    'theirs' in one ? decoder.decode(one.theirs.document.slice(one.theirs.entry)) : entryOf(one.ours, given.base),
  );
  return answer(200, bundle('searchset', entries, { total: place === undefined ? total : undefined, next }));
}

/** Throws Problem `too-costly`, or `parameter-unknown`. */
async function matchesOf(asked: SearchRequest, patient: string | undefined, given: KeptConsentsGiven): Promise<Match[]> {
  const bases = [given.base, given.upstreamBase];
  const matches = searchMatcher(asked, given.tables, bases);
  const order = searchOrder(asked, bases);
  const { patients, ids } = narrowed(asked, bases);
  const both = patient === undefined ? patients : [patient];
  const kept = await currentConsents(given.db, { patients: both, ids }, mostHeld + 1);
  if (kept.length > mostHeld)
    throw new Problem('too-costly', 'The search is too costly.', { detail: `more than ${mostHeld} consents kept here` });
  const found: Match[] = [];
  for (const one of kept) {
    const text = keptResource(one)!;
    const document: JsonDocument = scan(text);
    if (matches(document, document.root)) found.push({ id: one.id, text, keys: order?.keysOf(document, document.root) ?? [] });
  }
  return found;
}

/** What the database can answer by its indexes; never less than what matches. */
function narrowed({ criteria }: SearchRequest, bases: readonly string[]) {
  let patients: readonly string[] | undefined;
  let ids: readonly string[] | undefined;
  for (const { name, modifier, values, chain, has } of criteria) {
    if (modifier !== undefined || chain !== undefined || has !== undefined) continue;
    if (name === '_id') ids = values;
    else if (name === 'patient')
      patients = values.flatMap((value) => {
        const key = referenceKey(value.includes('/') ? value : `Patient/${value}`, bases);
        return key?.type === 'Patient' ? [key.id] : [];
      });
  }
  return { patients, ids };
}

function entryOf({ id, text }: Match, base: string): string {
  return `{"fullUrl":${JSON.stringify(`${base}/Consent/${id}`)},"resource":${decoder.decode(text)},"search":{"mode":"match"}}`;
}

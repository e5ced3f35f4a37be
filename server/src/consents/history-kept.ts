/** http.html#history of the type or the system: the upstream's versions and those kept here, the newest first. */
import { name, type UpstreamAnswer } from '@fireguard/engine';
import { consentVersions, type KeptConsent } from '../storage/consents.ts';
import { answer, outcome } from './answers.ts';
import { bundle } from './bundle.ts';
import { historyEntry } from './history-entry.ts';
import { merged } from './merged.ts';
import { readPagePlace, writePagePlace } from './page-place.ts';
import { noPage, type UpstreamEntry, upstreamPage } from './upstream-page.ts';
import type { KeptConsentsGiven } from './with-kept-consents.ts';

const BATCH = 200;
const META = name('meta');
const LAST_UPDATED = name('lastUpdated');
const RESPONSE = name('response');
const LAST_MODIFIED = name('lastModified');
const decoder = new TextDecoder();

/** `asksUpstream`: whether there is anything of this history upstream at all. */
export async function historyKept(
  path: string,
  given: KeptConsentsGiven,
  asksUpstream: boolean,
  passOn: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const page = /[?&]_page=([^&]*)/.exec(path)?.[1];
  const place = page === undefined ? undefined : readPagePlace(page);
  if (page !== undefined && place === undefined) return outcome(404, 'not-found');
  const whole = path.replace(/[?&]_page=[^&]*/, '');
  const ended = !asksUpstream || (place !== undefined && place.next === undefined);
  const theirs = ended ? undefined : place?.next === undefined ? await passOn() : await given.look(place.next);
  if (theirs !== undefined && theirs.status !== 200) return theirs;
  const their = theirs === undefined ? noPage : upstreamPage(theirs, given.upstreamBase);
  const ours = versions(given, place?.taken ?? 0);
  const items = await merged(
    ours,
    { items: their.entries.filter((one) => given.alsoUpstream || one.type !== 'Consent'), more: their.next !== undefined },
    (one: KeptConsent, other: UpstreamEntry) => one.createdAt.getTime() > timeOf(other),
    BATCH,
  );
  const goesOn = their.next !== undefined || (await ours.peek()) !== undefined;
  const next = goesOn
    ? `${whole}${whole.includes('?') ? '&' : '?'}_page=${writePagePlace({ taken: ours.taken, next: their.next })}`
    : undefined;
  const entries = items.map((one) =>
    'theirs' in one ? decoder.decode(one.theirs.document.slice(one.theirs.entry)) : historyEntry(one.ours, given.base),
  );
  return answer(200, bundle('history', entries, { next }));
}

function versions({ db }: KeptConsentsGiven, from: number) {
  let batch: readonly KeptConsent[] = [];
  let at = 0;
  let taken = from;
  let more = true;
  return {
    async peek(): Promise<KeptConsent | undefined> {
      if (at === batch.length && more) {
        batch = await consentVersions(db, taken, BATCH);
        more = batch.length === BATCH;
        at = 0;
      }
      return batch[at];
    },
    take() {
      at++;
      taken++;
    },
    get taken() {
      return taken;
    },
  };
}

function timeOf({ document, entry, resource }: UpstreamEntry): number {
  const told =
    document.string(document.at(resource, META, LAST_UPDATED)) ?? document.string(document.at(entry, RESPONSE, LAST_MODIFIED));
  return Date.parse(told ?? '') || 0;
}

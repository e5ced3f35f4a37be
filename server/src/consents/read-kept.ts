/** http.html#read, #vread, #history of one kept consent. Undefined: no consent here has, or had, this id. */
import type { UpstreamAnswer } from '@fireguard/engine';
import { consentHistory } from '../storage/consents.ts';
import { answer, outcome } from './answers.ts';
import { bundle } from './bundle.ts';
import { historyEntry } from './history-entry.ts';
import { keptHeaders, keptResource } from './kept-resource.ts';
import type { KeptConsentsGiven } from './with-kept-consents.ts';

/** `what`: a version, all of them, or undefined for the current state. */
export async function readKept(
  id: string,
  what: string | 'history' | undefined,
  { db, base }: KeptConsentsGiven,
): Promise<UpstreamAnswer | undefined> {
  const versions = await consentHistory(db, id);
  const [newest] = versions;
  if (newest === undefined) return undefined;
  if (what === 'history') {
    const entries = versions.map((one) => historyEntry(one, base));
    return answer(200, bundle('history', entries, { total: entries.length }));
  }
  const one = what === undefined ? newest : versions.find(({ version }) => String(version) === what);
  if (one === undefined) return outcome(404, 'not-found');
  const resource = keptResource(one);
  return resource === undefined ? outcome(410, 'deleted') : answer(200, resource, keptHeaders(one, base));
}

/**
 * Page links (search-semantics §7). A cursor continues only for the caller it was made for, with the same client, patient and purposes; it
 * names a search and a place, and permits nothing: every page is planned and decided afresh.
 */
import type { Caller } from '../caller.ts';
import type { Cursor } from '../planning/cursor.ts';
import { Problem } from '../problem.ts';
import type { FhirRequest, SearchRequest } from '../request/request.ts';
import { understand } from '../request/understand.ts';
import type { Given } from './given.ts';

const LIFETIME = 60 * 60 * 1000;
/** What `understand` takes for a cursor. */
const LONGEST = 4096;

/** A hint is kept while it is short: a long one would make the cursor too long, and only saves time. */
export const LONGEST_HINT = 1000;

export interface Continued {
  readonly search: SearchRequest;
  readonly cursor: Cursor;
}

/**
 * Throws Problem `too-costly` when the search is too long to be carried along. Lawful, since the size of a cursor depends on the request alone
 * and whether there is a next page on what is visible.
 */
export function makeCursor(given: Given, place: Pick<Cursor, 'target' | 'after' | 'hint' | 'plan'>): string {
  const cursor = given.seal({ ...place, binding: cursorBinding(given.caller), expires: given.now + LIFETIME });
  if (cursor.length > LONGEST)
    throw new Problem('too-costly', 'The search is too long to have more than one page. Ask for less at once.');
  return cursor;
}

/** The place that a cursor means, and the request that it continues. Throws Problem `cursor-invalid`, the same for a forged, foreign or expired one. */
export function unsealed(given: Given, sealed: string): { readonly cursor: Cursor; readonly request: FhirRequest } {
  const cursor = given.unseal(sealed);
  if (cursor === undefined || cursor.binding !== cursorBinding(given.caller) || cursor.expires <= given.now)
    throw cursorInvalid();
  const headers = new Map<string, readonly string[]>();
  const request = understand({ method: 'GET', target: cursor.target, headers, body: new Uint8Array(0) }, given.tables);
  return { cursor, request };
}

/** Throws Problem `cursor-invalid`, also for one that belongs elsewhere. */
export function openCursor(given: Given, asked: SearchRequest, sealed: string): Continued {
  const { cursor, request: search } = unsealed(given, sealed);
  if (search.interaction !== 'search' || placeOf(search) !== placeOf(asked)) throw cursorInvalid();
  return { search, cursor };
}

/** The pages of several types lie at the base. */
function placeOf({ types }: SearchRequest): string {
  return types.length === 1 ? types[0]! : '';
}

export function cursorInvalid(): Problem {
  return new Problem('cursor-invalid', 'This page is no longer available. Search again.');
}

/** JSON, so that no value can run into its neighbour. */
function cursorBinding({ kind, client, user, patient, purposes, ceiling }: Caller): string {
  const codes = purposes.map(({ system, code }) => `${system}|${code}`).sort();
  return JSON.stringify([kind, client?.id ?? null, user?.id ?? null, patient ?? null, codes, ceiling ?? null]);
}

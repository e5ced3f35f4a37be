/** Releases one page of judged matches. */
import type { Decision } from '../decision/decision.ts';
import type { Denied } from '../enforcement/outcome.ts';
import { nothingDisclosed } from './denied.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { searchset } from './searchset.ts';
import type { Visible } from './visible.ts';

export interface Page {
  readonly type: string;
  readonly visible: readonly Visible[];
  readonly self: string;
  readonly next: string | undefined;
  readonly total: number | undefined;
  /** Matches that were not visible: for the audit record, never for the caller. */
  readonly withheld: number;
}

const MOST_RESOURCES_RECORDED = 1000;
const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);

export function releaseSearchset(page: Page, decision: Decision, bases: Bases): Released {
  const { type, visible, self, next, total, withheld } = page;
  const bodies = resourceBytes(visible, bases);
  const entries = visible.map((one, index) => ({ id: idIn(one, type), resource: bodies[index]! }));
  return mintReleased({
    status: 200,
    headers,
    body: searchset({ self, next, total, place: `${bases.ours}/${type}/`, entries }),
    decision,
    disclosure: {
      patients: [...new Set(visible.flatMap(({ patients }) => patients))],
      resources: visible.slice(0, MOST_RESOURCES_RECORDED).map(({ id }) => `${type}/${id}`),
      masked: [...new Set(visible.flatMap(({ mask }) => mask))],
      withheld,
    },
  });
}

function idIn(one: Visible, type: string): string {
  if (one.type !== type || one.id === undefined) throw new Error('not a match of the search');
  return one.id;
}

/** A refused search that policy answers with "nothing found": the Bundle of a search without matches. */
export function deniedSearchset(self: string, total: number | undefined, decision: Decision): Denied {
  const body = searchset({ self, next: undefined, total, place: '', entries: [] });
  return { kind: 'denied', status: 200, headers, body, decision, disclosure: nothingDisclosed };
}

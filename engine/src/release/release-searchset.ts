/** Releases one page of judged matches, and of what is included with them. */

import type { Coding } from '../caller.ts';
import type { Decision } from '../decision/decision.ts';
import type { Denied } from '../enforcement/outcome.ts';
import { breakGlassEntry } from './break-glass-hint.ts';
import { bundleLabels } from './bundle-labels.ts';
import { nothingDisclosed } from './denied.ts';
import type { Shape } from './project.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { searchset } from './searchset.ts';
import type { Visible } from './visible.ts';

export interface Page {
  readonly visible: readonly Visible[];
  readonly included: readonly Visible[];
  readonly self: string;
  readonly next: string | undefined;
  readonly total: number | undefined;
  /** Matches that were not visible: for the audit record, never for the caller. */
  readonly withheld: number;
  readonly shape: Shape;
  /** The caller's purposes of use, where Bundles carry labels; undefined = they do not. */
  readonly labelFor?: readonly Coding[] | undefined;
  /** Breaking the glass would show more, and whoever asks may. */
  readonly wouldOpen?: boolean;
}

const MOST_RESOURCES_RECORDED = 1000;
const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);

export function releaseSearchset(page: Page, decision: Decision, bases: Bases): Released {
  const { self, next, total, withheld } = page;
  const visible = page.included.length === 0 ? page.visible : [...page.visible, ...page.included];
  const bodies = resourceBytes(visible, bases, page.shape);
  const entries = visible.map((one, index) => ({
    type: one.type,
    id: bases.names?.of(one.type, idIn(one)) ?? idIn(one),
    resource: bodies[index]!,
  }));
  const [patients, masked, consents] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const one of visible) {
    for (const patient of one.patients) patients.add(patient);
    for (const path of one.mask) masked.add(path);
    for (const consent of one.decision.consents ?? []) consents.add(consent);
  }
  const security = page.labelFor && bundleLabels(visible, page.labelFor);
  const outcome = page.wouldOpen === true ? breakGlassEntry : undefined;
  return mintReleased({
    status: 200,
    headers,
    body: searchset({ self, next, total, base: bases.ours, entries, matches: page.visible.length, security, outcome }),
    // a search is permitted as a whole; what consents opened of it is told by the resources.
    decision: consents.size === 0 ? decision : Object.freeze({ ...decision, consents: Object.freeze([...consents]) }),
    disclosure: {
      patients: [...patients],
      resources: visible.slice(0, MOST_RESOURCES_RECORDED).map(({ type, id }) => `${type}/${id}`),
      ...recordedLabels(visible.slice(0, MOST_RESOURCES_RECORDED)),
      masked: [...masked],
      withheld,
    },
  });
}

function idIn({ id }: Visible): string {
  if (id === undefined) throw new Error('not a stored resource');
  return id;
}

/** A refused search that policy answers with "nothing found": the Bundle of a search without matches. */
export function deniedSearchset(self: string, total: number | undefined, decision: Decision): Denied {
  const body = searchset({ self, next: undefined, total, base: '', entries: [], matches: 0 });
  return { kind: 'denied', status: 200, headers, body, decision, disclosure: nothingDisclosed };
}

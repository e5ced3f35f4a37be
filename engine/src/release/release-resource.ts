/** Releases one judged resource as the answer to read and vread (http.html#read), or says that the caller's copy is current (304). */

import type { Disclosure } from '../enforcement/outcome.ts';
import type { Shape } from './project.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionHeaders } from './version-headers.ts';
import type { Visible } from './visible.ts';

/**
 * `unchanged`: the caller's own precondition says that it has this version already; only asked once it is known to be visible. `shape`: how it is shortened. `version`: the
 * one asked for, undefined for the current one.
 */
export function releaseResource(visible: Visible, bases: Bases, unchanged: boolean, shape: Shape, version?: string): Released {
  const [body] = resourceBytes([visible], bases, shape);
  const headers = new Map<string, string>();
  if (!unchanged) headers.set('content-type', 'application/fhir+json; charset=utf-8');
  for (const [header, value] of versionHeaders(visible)) headers.set(header, value);
  return mintReleased({
    status: unchanged ? 304 : 200,
    headers,
    body: unchanged ? new Uint8Array(0) : body!,
    decision: visible.decision,
    disclosure: disclosureOf(visible, version),
  });
}

function disclosureOf(visible: Visible, version?: string): Disclosure {
  const key = `${visible.type}/${visible.id}`;
  const reference = version === undefined ? key : `${key}/_history/${version}`;
  return {
    patients: visible.patients,
    resources: [reference],
    ...recordedLabels([visible], () => reference),
    masked: visible.mask,
    withheld: 0,
  };
}

/**
 * http.html#create, #update, #delete: what a writer learns. The stored state is shown only when it was judged for reading; the version and
 * place of what the caller has just written are the caller's own.
 */

import type { Disclosure } from '../enforcement/outcome.ts';
import { outcomeBody } from './outcome-body.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionHeaders } from './version-headers.ts';
import { Visible } from './visible.ts';

export interface Written {
  readonly status: 200 | 201 | 204;
  readonly type: string;
  readonly id: string;
  readonly version: string | undefined;
  /** Whether the version may be told: not where others' changes to masked elements would show in it (R-149). */
  readonly tellVersion: boolean;
  /** The new state (for a delete: the old one) as judged for the write. */
  readonly judged: Visible;
  /** Whom it is about, where they are called otherwise than when it was judged. */
  readonly patients?: readonly string[];
  /** What to show: the stored state as judged for reading, a sentence, or nothing. */
  readonly show: Visible | 'outcome' | 'nothing';
  /** Tell where it is although it is not new: to whoever named it by a condition. */
  readonly place?: boolean;
}

const contentType = ['content-type', 'application/fhir+json; charset=utf-8'] as const;

export function releaseWritten(written: Written, bases: Bases): Released {
  const { status, type, id, judged, show } = written;
  const version = written.tellVersion ? written.version : undefined;
  if (!Visible.isVisible(judged)) throw new Error('written without a judgement');
  const headers = new Map<string, string>();
  if (status !== 204) {
    const place = `${bases.ours}/${type}/${id}`;
    if (status === 201 || written.place === true)
      headers.set('location', version === undefined ? place : `${place}/_history/${version}`);
    if (version !== undefined) headers.set('etag', `W/"${version}"`);
  }
  if (show !== 'nothing' && show !== 'outcome') for (const [name, value] of versionHeaders(show)) headers.set(name, value);
  if (show !== 'nothing') headers.set(...contentType);
  const body =
    show === 'nothing'
      ? new Uint8Array(0)
      : show === 'outcome'
        ? outcomeBody('informational', 'The resource was stored.', 'information')
        : resourceBytes([show], bases)[0]!;
  return mintReleased({ status, headers, body, decision: judged.decision, disclosure: disclosureOf(written) });
}

function disclosureOf({ type, id, version, judged, patients }: Written): Disclosure {
  const key = `${type}/${id}`;
  const reference = version === undefined ? key : `${key}/_history/${version}`;
  return {
    patients: patients ?? judged.patients,
    resources: [reference],
    ...recordedLabels([judged], () => reference),
    masked: [],
    withheld: 0,
  };
}

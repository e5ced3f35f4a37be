/** Releases resources as lines (Bulk Data Access 2.0, export.html#file-request). A line break inside a resource can only stand between its tokens: it becomes a space. */

import type { Decision } from '../decision/decision.ts';
import { joined } from '../json/joined.ts';
import type { Shape } from './project.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import type { Visible } from './visible.ts';

export interface Lines {
  readonly visible: readonly Visible[];
  /** Asked for and not visible: for the audit record, never for the caller. */
  readonly withheld: number;
  readonly shape: Shape;
}

const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+ndjson']]);
const END = new Uint8Array([0x0a]);

export function releaseNdjson({ visible, withheld, shape }: Lines, decision: Decision, bases: Bases): Released {
  return mintReleased({
    status: 200,
    headers,
    body: joined(resourceBytes(visible, bases, shape).flatMap((body) => [onOneLine(body), END])),
    decision,
    disclosure: {
      patients: [...new Set(visible.flatMap(({ patients }) => patients))],
      resources: visible.map(({ type, id }) => `${type}/${id}`),
      ...recordedLabels(visible),
      masked: [...new Set(visible.flatMap(({ mask }) => mask))],
      withheld,
    },
  });
}

/** The bytes may be a view into the upstream's answer: they are copied before anything is changed. */
function onOneLine(body: Uint8Array): Uint8Array {
  if (!body.includes(0x0a) && !body.includes(0x0d)) return body;
  return body.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
}

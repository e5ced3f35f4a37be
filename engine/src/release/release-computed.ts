/** Releases a resource of our own that was worked out of released forms: of a terminology operation. */

import type { Decision } from '../decision/decision.ts';
import type { JsonValue } from '../json/value.ts';
import { text } from '../json/write.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { Visible } from './visible.ts';

export interface Computed {
  /** What it was worked out of. */
  readonly used: readonly Visible[];
  readonly withheld: number;
  readonly decision: Decision;
}

export function releaseComputed(resource: JsonValue, { used, withheld, decision }: Computed): Released {
  if (!used.every(Visible.isVisible)) throw new Error('released without a judgement');
  return mintReleased({
    status: 200,
    headers: new Map([['content-type', 'application/fhir+json; charset=utf-8']]),
    body: new TextEncoder().encode(text(resource)),
    decision,
    disclosure: {
      patients: [...new Set(used.flatMap(({ patients }) => patients))],
      resources: used.map(({ type, id }) => `${type}/${id}`),
      ...recordedLabels(used),
      masked: [...new Set(used.flatMap(({ mask }) => mask))],
      withheld,
    },
  });
}

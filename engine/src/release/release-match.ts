/** Releases the answer to `$match` (patient-operation-match.html): one certain match, or nothing. */

import type { Decision } from '../decision/decision.ts';
import { joined } from '../json/joined.ts';
import { text } from '../json/write.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import type { Visible } from './visible.ts';

export interface MatchTold {
  readonly self: string;
  readonly withheld: number;
  readonly decision: Decision;
}

const encoder = new TextEncoder();
const grade = { url: 'http://hl7.org/fhir/StructureDefinition/match-grade', valueCode: 'certain' };

export function releaseMatch(match: Visible | undefined, { self, withheld, decision }: MatchTold, bases: Bases): Released {
  const total = match === undefined ? 0 : 1;
  const head = text({ resourceType: 'Bundle', type: 'searchset', total, link: [{ relation: 'self', url: self }] });
  const search = text({ extension: [grade], mode: 'match', score: 1 });
  return mintReleased({
    status: 200,
    headers: new Map([['content-type', 'application/fhir+json; charset=utf-8']]),
    body:
      match === undefined
        ? encoder.encode(head)
        : joined([
            encoder.encode(`${head.slice(0, -1)},"entry":[{"fullUrl":${text(`${bases.ours}/Patient/${match.id}`)},"resource":`),
            resourceBytes([match], bases)[0]!,
            encoder.encode(`,"search":${search}}]}`),
          ]),
    decision,
    disclosure: {
      patients: match?.patients ?? [],
      resources: match === undefined ? [] : [`Patient/${match.id}`],
      ...recordedLabels(match === undefined ? [] : [match]),
      masked: match?.mask ?? [],
      withheld,
    },
  });
}

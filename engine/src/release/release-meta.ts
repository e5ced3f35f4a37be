/** Releases the meta of one judged resource (resource-operation-meta.html): its bytes as a read would show them. */

import { joined } from '../json/joined.ts';
import { NONE, name, scan } from '../json/scan.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import type { Visible } from './visible.ts';

const META = name('meta');
const encoder = new TextEncoder();
const BEFORE = encoder.encode('{"resourceType":"Parameters","parameter":[{"name":"return","valueMeta":');
const AFTER = encoder.encode('}]}');
const NOTHING = encoder.encode('{"resourceType":"Parameters"}');

export function releaseMeta(visible: Visible, bases: Bases): Released {
  const document = scan(resourceBytes([visible], bases)[0]!);
  const meta = document.member(document.root, META);
  return mintReleased({
    status: 200,
    headers: new Map([['content-type', 'application/fhir+json; charset=utf-8']]),
    body: meta === NONE ? NOTHING : joined([BEFORE, document.slice(meta), AFTER]),
    decision: visible.decision,
    disclosure: {
      patients: visible.patients,
      resources: [`${visible.type}/${visible.id}`],
      ...recordedLabels([visible]),
      masked: visible.mask,
      withheld: 0,
    },
  });
}

/** Releases a document (bundle.html#document): the Composition first, then what it points to; each judged, none repeated. */

import { joined } from '../json/joined.ts';
import { text } from '../json/write.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionOf } from './version-headers.ts';
import type { Visible } from './visible.ts';

const encoder = new TextEncoder();
const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);

/** `visible`: the Composition first. `now`: milliseconds since the epoch. */
export function releaseDocument(
  visible: readonly Visible[],
  { now, withheld }: { readonly now: number; readonly withheld: number },
  bases: Bases,
): Released {
  const [composition] = visible;
  if (composition === undefined) throw new Error('a document without its Composition');
  const version = composition.mask.length > 0 ? undefined : versionOf(composition.document, composition.node);
  const head = text({
    resourceType: 'Bundle',
    // The same state of the same Composition is the same document.
    identifier: { system: `${bases.ours}/Composition`, value: [composition.id!, version ?? String(now)].join('.') },
    type: 'document',
    timestamp: new Date(now).toISOString(),
  });
  const pieces: Uint8Array[] = [encoder.encode(`${head.slice(0, -1)},"entry":[`)];
  for (const [index, body] of resourceBytes(visible, bases).entries()) {
    const { type, id } = visible[index]!;
    const fullUrl = text(`${bases.ours}/${type}/${id}`);
    pieces.push(encoder.encode(`${index === 0 ? '' : ','}{"fullUrl":${fullUrl},"resource":`), body, encoder.encode('}'));
  }
  pieces.push(encoder.encode(']}'));
  return mintReleased({
    status: 200,
    headers,
    body: joined(pieces),
    decision: composition.decision,
    disclosure: {
      patients: [...new Set(visible.flatMap(({ patients }) => patients))],
      resources: visible.map(({ type, id }) => `${type}/${id}`),
      ...recordedLabels(visible),
      masked: [...new Set(visible.flatMap(({ mask }) => mask))],
      withheld,
    },
  });
}

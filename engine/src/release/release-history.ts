/** bundle.html#history, built anew around judged versions; a deletion is told of what would be visible if it were still there. */

import type { Decision } from '../decision/decision.ts';
import { joined } from '../json/joined.ts';
import { text } from '../json/write.ts';
import type { Shape } from './project.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionHeaders, versionOf } from './version-headers.ts';
import { Visible } from './visible.ts';

export interface ShownVersion {
  readonly type: string;
  readonly id: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** The version; of a deletion, the last living one. */
  readonly visible: Visible;
  readonly version: string | undefined;
  /** Of a deletion: an instant, as far as known. */
  readonly deleted: string | undefined;
}

export interface HistoryPage {
  readonly shown: readonly ShownVersion[];
  readonly self: string;
  readonly next: string | undefined;
  readonly total: number | undefined;
  readonly withheld: number;
  readonly shape: Shape;
}

const MOST_RECORDED = 1000;
const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);
const encoder = new TextEncoder();

export function releaseHistory(page: HistoryPage, decision: Decision, bases: Bases): Released {
  const { shown, self, next, total, withheld, shape } = page;
  const link = [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])];
  const head = text({ resourceType: 'Bundle', type: 'history', ...(total === undefined ? {} : { total }), link });
  const living = shown.filter(({ method }) => method !== 'DELETE').map(({ visible }) => visible);
  const bodies = resourceBytes(living, bases, shape);
  let at = 0;
  const pieces: Uint8Array[] = [encoder.encode(head.slice(0, -1))];
  for (const [index, one] of shown.entries()) {
    if (!Visible.isVisible(one.visible)) throw new Error('released without a judgement');
    const fullUrl = `"fullUrl":${text(`${bases.ours}/${one.type}/${one.id}`)}`;
    pieces.push(encoder.encode(`${index === 0 ? ',"entry":[{' : ',{'}${fullUrl}`));
    if (one.method !== 'DELETE') pieces.push(encoder.encode(',"resource":'), bodies[at++]!);
    pieces.push(encoder.encode(`,"request":${text(requestOf(one))},"response":${text(responseOf(one))}}`));
  }
  pieces.push(encoder.encode(shown.length === 0 ? '}' : ']}'));
  return mintReleased({
    status: 200,
    headers,
    body: joined(pieces),
    decision,
    disclosure: {
      patients: [...new Set(shown.flatMap(({ visible }) => visible.patients))],
      resources: shown.slice(0, MOST_RECORDED).map(keyOf),
      ...recordedLabels(
        shown.slice(0, MOST_RECORDED).map(({ visible }) => visible),
        (_visible, index) => keyOf(shown[index]!),
      ),
      masked: [...new Set(shown.flatMap(({ visible }) => visible.mask))],
      withheld,
    },
  });
}

export function keyOf({ type, id, version }: Pick<ShownVersion, 'type' | 'id' | 'version'>): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
}

function requestOf({ method, type, id }: ShownVersion): Readonly<Record<string, string>> {
  return { method, url: method === 'POST' ? type : `${type}/${id}` };
}

/** As a read of it would say (R-149). */
function responseOf({ method, visible, version, deleted }: ShownVersion): Readonly<Record<string, string>> {
  if (method === 'DELETE') {
    const masked = visible.mask.length > 0;
    return {
      status: '204',
      ...(version === undefined || masked ? {} : { etag: `W/"${version}"` }),
      ...(deleted === undefined ? {} : { lastModified: deleted }),
    };
  }
  const etag = versionHeaders(visible).get('etag');
  const status = method === 'POST' || versionOf(visible.document, visible.node) === '1' ? '201' : '200';
  return { status, ...(etag === undefined ? {} : { etag }) };
}

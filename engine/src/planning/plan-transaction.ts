/**
 * http.html#transaction: all writes of a request as one, built anew from what was decided, each with the version that it was decided on. Nothing
 * of the client's Bundle is in it: no condition, no read, no URL of its own.
 */
import { joined } from '../json/joined.ts';
import { text } from '../json/write.ts';
import type { PlannedWrite } from './plan-write.ts';
import { segment } from './segment.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

export interface PlannedEntry {
  readonly write: PlannedWrite;
  /** What the other entries call it; of a create. */
  readonly fullUrl: string | undefined;
}

const encoder = new TextEncoder();

export function planTransaction(entries: readonly PlannedEntry[]): UpstreamRequest {
  const pieces: Uint8Array[] = [encoder.encode('{"resourceType":"Bundle","type":"transaction","entry":[')];
  for (const [index, { write, fullUrl }] of entries.entries()) {
    const head = `${index === 0 ? '' : ','}{${fullUrl === undefined ? '' : `"fullUrl":${text(fullUrl)},`}`;
    if (write.kind === 'delete') pieces.push(encoder.encode(head));
    else pieces.push(encoder.encode(`${head}"resource":`), write.body, encoder.encode(','));
    pieces.push(encoder.encode(`"request":${text(requestOf(write))}}`));
  }
  pieces.push(encoder.encode(']}'));
  const minimal = entries.every(({ write }) => write.kind === 'delete' || write.minimal);
  return mintUpstreamRequest({
    method: 'POST',
    path: '',
    headers: new Map([
      ['accept', 'application/fhir+json'],
      ['content-type', 'application/fhir+json'],
      ['prefer', minimal ? 'return=minimal' : 'return=representation'],
    ]),
    body: joined(pieces),
    writes: true,
    about: entries.map(({ write }) => (write.kind === 'create' ? write.type : `${write.type}/${write.id}`)),
  });
}

function requestOf(write: PlannedWrite): Readonly<Record<string, string>> {
  const type = segment(write.type);
  if (write.kind === 'create') return { method: 'POST', url: type };
  const url = `${type}/${segment(write.id)}`;
  const method = write.kind === 'delete' ? 'DELETE' : 'PUT';
  return write.version === undefined
    ? { method, url, ifNoneMatch: '*' }
    : { method, url, ifMatch: `W/"${segment(write.version)}"` };
}

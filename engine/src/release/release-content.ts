/**
 * Releases the content of one judged Binary (binary.html#rest): what its `data` holds, as the media type that it names, and always to be saved rather than
 * shown, since what is inside was written by anybody. It is read out of the released bytes, so a mask on the data leaves nothing to send.
 */

import { name, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { decodeBase64 } from '../request/base64.ts';
import { within } from '../request/byte-range.ts';
import { parseMediaType } from '../request/media-type.ts';
import type { ByteRange } from '../request/request.ts';
import { outcomeBody } from './outcome-body.ts';
import { recordedLabels } from './recorded-labels.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionHeaders } from './version-headers.ts';
import type { Visible } from './visible.ts';

const CONTENT_TYPE = name('contentType');
const DATA = name('data');

export interface AskedContent {
  /** Media ranges that the caller accepts. */
  readonly ranges: readonly string[];
  /** Undefined: all of it. */
  readonly part: ByteRange | undefined;
}

/** RFC 9110 §15.3.7: 206 for a part, 416 where there is nothing in it. Throws Problem `not-acceptable`. */
export function releaseContent(visible: Visible, bases: Bases, unchanged: boolean, { ranges, part }: AskedContent): Released {
  // A duty travels as a label, and bare content carries none.
  if (visible.obligations.some(({ kind }) => kind === 'label')) throw notAcceptable();
  const { document, root } = scanned(resourceBytes([visible], bases)[0]!);
  const type = parseMediaType(document.string(document.member(root, CONTENT_TYPE)) ?? '')?.name;
  const data = document.string(document.member(root, DATA));
  const bytes = data === undefined ? undefined : decodeBase64(data.replace(/\s+/g, ''));
  if (type === undefined || bytes === undefined || !ranges.some((range) => covers(range, type))) throw notAcceptable();
  const headers = new Map<string, string>();
  if (!unchanged) headers.set('content-type', type).set('content-disposition', 'attachment').set('accept-ranges', 'bytes');
  for (const [header, value] of versionHeaders(visible)) headers.set(header, value);
  const { status, body } = unchanged ? { status: 304, body: new Uint8Array(0) } : partOf(bytes, part, headers);
  return mintReleased({
    status,
    headers,
    body,
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

function notAcceptable(): Problem {
  return new Problem(
    'not-acceptable',
    'The content is not of a type that you accept. The resource can be had as application/fhir+json.',
  );
}

/** Adds to `headers` which part it is. */
function partOf(
  bytes: Uint8Array,
  part: ByteRange | undefined,
  headers: Map<string, string>,
): { readonly status: number; readonly body: Uint8Array } {
  if (part === undefined) return { status: 200, body: bytes };
  const found = within(part, bytes.length);
  if (found !== undefined) {
    headers.set('content-range', `bytes ${found.start}-${found.end - 1}/${bytes.length}`);
    return { status: 206, body: bytes.subarray(found.start, found.end) };
  }
  headers.set('content-range', `bytes */${bytes.length}`).set('content-type', 'application/fhir+json; charset=utf-8');
  headers.delete('content-disposition');
  return { status: 416, body: outcomeBody('value', 'The content has no bytes in this range.') };
}

function scanned(bytes: Uint8Array) {
  const document = scan(bytes);
  return { document, root: document.root };
}

function covers(range: string, type: string): boolean {
  return range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

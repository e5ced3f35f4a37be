/**
 * Releases the content of one judged Binary (binary.html#rest): what its `data` holds, as the media type that it names, and always to be saved rather than
 * shown, since what is inside was written by anybody. It is read out of the released bytes, so a mask on the data leaves nothing to send.
 */
import { name, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { decodeBase64 } from '../request/base64.ts';
import { parseMediaType } from '../request/media-type.ts';
import { mintReleased, type Released } from './released.ts';
import { type Bases, resourceBytes } from './resource-bytes.ts';
import { versionHeaders } from './version-headers.ts';
import type { Visible } from './visible.ts';

const CONTENT_TYPE = name('contentType');
const DATA = name('data');

/** `ranges`: media ranges that the caller accepts. Throws Problem `not-acceptable`. */
export function releaseContent(visible: Visible, bases: Bases, unchanged: boolean, ranges: readonly string[]): Released {
  const { document, root } = scanned(resourceBytes([visible], bases)[0]!);
  const type = parseMediaType(document.string(document.member(root, CONTENT_TYPE)) ?? '')?.name;
  const data = document.string(document.member(root, DATA));
  const bytes = data === undefined ? undefined : decodeBase64(data.replace(/\s+/g, ''));
  if (type === undefined || bytes === undefined || !ranges.some((range) => covers(range, type)))
    throw new Problem(
      'not-acceptable',
      'The content is not of a type that you accept. The resource can be had as application/fhir+json.',
    );
  const headers = new Map<string, string>();
  if (!unchanged) headers.set('content-type', type).set('content-disposition', 'attachment');
  for (const [header, value] of versionHeaders(visible)) headers.set(header, value);
  return mintReleased({
    status: unchanged ? 304 : 200,
    headers,
    body: unchanged ? new Uint8Array(0) : bytes,
    decision: visible.decision,
    disclosure: {
      patients: visible.patients,
      resources: [`${visible.type}/${visible.id}`],
      masked: visible.mask,
      withheld: 0,
    },
  });
}

function scanned(bytes: Uint8Array) {
  const document = scan(bytes);
  return { document, root: document.root };
}

function covers(range: string, type: string): boolean {
  return range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

/**
 * http.html#conditional-read and #concurrency. INVARIANT: asked only about a resource that is known to be visible, and only where its version
 * may be told; before that a precondition would be a question about what is hidden (hardening B1-7, B1-8).
 */
import { lastUpdatedOf, versionOf } from '../release/version-headers.ts';
import { isMarked, type Visible } from '../release/visible.ts';
import type { Conditions } from '../request/request.ts';

/** Whether the caller has this state already (304). `If-None-Match` rules out `If-Modified-Since` (RFC 9110 §13.1.3). */
export function isUnchanged(visible: Visible, { ifNoneMatch, ifModifiedSince }: Conditions): boolean {
  if (isMarked(visible)) return false;
  if (ifNoneMatch !== undefined) return ifNoneMatch === '*' || ifNoneMatch === versionOf(visible.document, visible.node);
  if (ifModifiedSince === undefined) return false;
  const since = Date.parse(ifModifiedSince);
  const updated = lastUpdatedOf(visible);
  return !Number.isNaN(since) && updated !== undefined && updated <= since;
}

/** Whether a write may go on: no `If-Match`, or one that names the current version; no `If-None-Match` that rules out what is there. */
export function isExpected({ document, node }: Visible, { ifMatch, ifNoneMatch }: Conditions): boolean {
  const version = versionOf(document, node);
  const ruledOut = ifNoneMatch === '*' || (ifNoneMatch !== undefined && ifNoneMatch === version);
  return !ruledOut && (ifMatch === undefined || ifMatch === version);
}

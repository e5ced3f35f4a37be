/** X-Request-Id: the client's, when it is sane and alone; otherwise ours. It goes into the audit record and the answer. */
import { orderedId } from '../audit-log/ordered-id.ts';

export function requestIdOf(headers: ReadonlyMap<string, readonly string[]>): string {
  const given = headers.get('x-request-id');
  return given?.length === 1 && /^[A-Za-z0-9._-]{1,64}$/.test(given[0]!) ? given[0]! : orderedId();
}

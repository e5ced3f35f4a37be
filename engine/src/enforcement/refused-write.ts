/**
 * What the upstream's refusal of a write becomes. Its text is not passed on: it may name what the caller cannot see. That it refused at all,
 * for a reason which nobody could see beforehand, is an announced difference (unique keys, referential integrity).
 */
import { Problem } from '../problem.ts';
import type { UpstreamAnswer } from './need.ts';
import { odd } from './upstream-answer.ts';

/** `expected`: whether the client itself named the version that it wanted to change. */
export function refusedWrite({ status }: UpstreamAnswer, expected: boolean): Problem {
  const detail = `status ${status}`;
  if (status === 412 && expected)
    return new Problem('version-conflict', 'The resource has changed in the meantime.', { detail });
  if (status === 400 || status === 422)
    return new Problem('resource-invalid', 'The server behind does not accept this resource.', { detail });
  if (status === 401 || status === 403 || status === 429 || status >= 500) {
    return new Problem('upstream-unavailable', 'The server behind cannot answer now.', { detail });
  }
  return status >= 400 ? new Problem('write-conflict', 'The write conflicts with what is stored.', { detail }) : odd(detail);
}

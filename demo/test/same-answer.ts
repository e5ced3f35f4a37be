/** What of an answer a caller could tell apart from another: everything but the time and the request's own id. Holds no assertions. */
import type { Answer } from './caller.ts';

const PASSING = new Set(['date', 'x-request-id']);

/** `renamed`: texts that the caller chose and that may come back, such as an id in a self link; each is put back to a common one. */
export function comparable({ status, headers, text }: Answer, ...renamed: readonly string[]): unknown {
  const kept = Object.entries(headers).filter(([name]) => !PASSING.has(name));
  const same = renamed.reduce((body, one) => body.replaceAll(one, '(asked)'), text);
  return {
    status,
    headers: kept.map(([name, value]) => (name === 'content-length' && renamed.length > 0 ? [name] : [name, value])),
    text: same,
  };
}

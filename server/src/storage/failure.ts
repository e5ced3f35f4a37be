/**
 * Tells "the database cannot be had" from "the statement is wrong": the first is Problem('storage-unavailable'), which callers turn into a 503
 * and a deny (I6); the second is left alone, because it is a bug or a conflict that the caller must see.
 */
import { Problem } from '@fireguard/engine';

/** SQLSTATE classes: 08 connection, 53 resources (disk full, too many connections), 57 operator (shutdown, cancel), 58 system, XX internal. */
const unavailable = /^(08|53|57|58|XX)/;
const systemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EACCES',
]);
const ownTexts =
  /connection (is )?(terminated|ended|timeout)|timeout exceeded when trying to connect|query read timeout|client was closed|not queryable|pool after calling end|Connection terminated/i;

/** The error to throw instead of `error`. */
export function asFailure(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  const down = typeof code === 'string' ? unavailable.test(code) || systemErrors.has(code) : ownTexts.test(error.message);
  // 25006: a standby or a database set read-only after a failover. 28xxx: our credentials no longer hold.
  const refused = code === '25006' || (typeof code === 'string' && code.startsWith('28'));
  if (!down && !refused) return error;
  return new Problem('storage-unavailable', 'The service cannot reach its storage. Try again later.', {
    detail: error.message,
    cause: error,
  });
}

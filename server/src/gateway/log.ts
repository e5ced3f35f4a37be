/**
 * What the log says of a request: route template, status, time, correlation id. INVARIANT (I9, R-040, R-161): no query, no id, no body, no
 * token, no message that could quote one; the audit log, which is protected, holds the rest.
 */
import type { FhirRequest } from '@fireguard/engine';

export interface RequestLine {
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Code of the Problem, or `bug`. */
  readonly problem?: string;
  /** Where a bug happened: stack frames of our own code, without the error's message. */
  readonly at?: string;
}

/** `read Patient`, `search Observation`; types are known ones, or the request would not have been understood. */
export function routeOf(asked: FhirRequest | undefined): string {
  if (asked === undefined) return 'not understood';
  switch (asked.interaction) {
    case 'search':
      return `search ${asked.types.join(',') || 'all'}`;
    case 'capabilities':
    case 'batch':
    case 'transaction':
      return asked.interaction;
    default:
      return asked.type === undefined ? asked.interaction : `${asked.interaction} ${asked.type}`;
  }
}

export function framesOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return 'no stack';
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return `${error.name} ${frames
    .slice(0, 8)
    .map((line) => line.trim())
    .join(' < ')}`;
}

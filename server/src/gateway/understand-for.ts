/**
 * Understands a request for this caller. Who has not signed in is told to before being told what is wrong with the request, and before a body
 * is read: an unauthenticated answer tells nothing and costs nothing (R-036, hardening B11-130). The capability statement is public, and so
 * are the errors about asking for it.
 */
import { type Caller, type FhirRequest, type FhirTables, Problem, understand } from '@fireguard/engine';
import type { Incoming } from '../http/incoming.ts';
import { keptAudit } from './kept-audit.ts';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const NOTHING = new Uint8Array(0);

/** Throws Problem: what is wrong with the request, or `token-missing`. */
export async function understandFor(caller: Caller, incoming: Incoming, tables: FhirTables): Promise<FhirRequest> {
  if (caller.kind !== 'anonymous') return keptAudit(understand({ ...incoming, body: await incoming.body() }, tables));
  // What is open to strangers is open to GET alone.
  if (!READS.has(incoming.method)) throw signIn();
  try {
    return understand({ ...incoming, body: NOTHING }, tables);
  } catch (error) {
    if (!(error instanceof Problem) || isPublic(incoming.target)) throw error;
    throw signIn(error.code);
  }
}

/** In the words of a deny for want of authentication: the two must not be told apart. */
function signIn(detail?: string): Problem {
  return new Problem('token-missing', 'Authentication is required.', detail === undefined ? {} : { detail });
}

function isPublic(target: string): boolean {
  return target === '/metadata' || target.startsWith('/metadata?');
}

/**
 * Who has not signed in is told to, before being told what is wrong with the request: an unauthenticated answer tells nothing (R-036,
 * hardening B11-130). The capability statement is public, and so are the errors about asking for it.
 */
import { type Caller, type FhirRequest, type HttpRequest, Problem } from '@fireguard/engine';

export function signInFirst(caller: Caller, request: HttpRequest, understand: () => FhirRequest): FhirRequest {
  try {
    return understand();
  } catch (error) {
    if (caller.kind !== 'anonymous' || !(error instanceof Problem) || isPublic(request.target)) throw error;
    // The words of a deny for want of authentication: the two must not be told apart.
    throw new Problem('token-missing', 'Authentication is required.', { detail: error.code });
  }
}

function isPublic(target: string): boolean {
  return target === '/metadata' || target.startsWith('/metadata?');
}

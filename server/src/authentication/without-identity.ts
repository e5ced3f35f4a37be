/** At a FHIR server where nobody's `fhirUser` lies: an id of another server would be somebody else here. */
import type { Authenticate } from './authenticate.ts';

export function withoutIdentity(authenticate: Authenticate): Authenticate {
  return async (request) => {
    const caller = await authenticate(request);
    return caller.user === undefined ? caller : Object.freeze({ ...caller, user: { ...caller.user, fhirUser: undefined } });
  };
}

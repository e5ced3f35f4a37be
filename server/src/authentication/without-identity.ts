/** At a FHIR server where nobody's `fhirUser` and no service's identity lies: an id of another server would be somebody else here. */
import type { Authenticate } from './authenticate.ts';

export function withoutIdentity(authenticate: Authenticate): Authenticate {
  return async (request) => {
    const caller = await authenticate(request);
    const { user, client } = caller;
    return Object.freeze({
      ...caller,
      user: user && { ...user, fhirUser: undefined },
      client: client && { id: client.id, name: client.name },
    });
  };
}

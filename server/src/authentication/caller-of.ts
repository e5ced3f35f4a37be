/** From what a token means to who calls: a person through an app, or a service on its own behalf. */
import type { Caller, ScopeSet } from '@fireguard/engine';
import type { ClientCertificate } from '../http/client-certificate.ts';
import type { ResolvedToken } from '../token/resolved-token.ts';

/** Roles come from the person, for a service from its client: an app never lends its roles to whoever uses it. */
export function callerOf(
  token: ResolvedToken,
  scopes: ScopeSet,
  address: string,
  certificate: ClientCertificate | undefined,
): Caller {
  const { person, client } = token;
  return Object.freeze<Caller>({
    kind: person === undefined ? 'system' : 'user',
    client: {
      id: client.id,
      name: client.name,
      ...(person === undefined && client.identity !== undefined ? { identity: client.identity } : {}),
    },
    user:
      person === undefined
        ? token.human && { ...token.human, fhirUser: undefined }
        : { id: person.id, name: person.name, fhirUser: person.fhirUser },
    roles: person === undefined ? client.roles : person.roles,
    scopes,
    patient: token.patient,
    purposes: token.purposes,
    token: { id: token.id, issuer: token.issuer, expiresAt: token.expiresAt },
    address,
    ...(certificate === undefined ? {} : { certificate }),
    ...(token.withheld === undefined ? {} : { withheld: token.withheld }),
    ...(token.signIn === undefined ? {} : { signIn: token.signIn }),
  });
}

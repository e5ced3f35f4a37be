/** AuditEvent.agent after IHE BALP: the app, this server, and the person. */
import { type Code, concept, type JsonObject } from './codes.ts';
import type { AuditRecord } from './record.ts';

/** The app, or whatever called. BALP wants one in every event; where nobody said who calls, the address speaks. */
export function clientAgent({ caller, address, rules }: AuditRecord, type: Code): JsonObject {
  const who =
    caller?.client === undefined
      ? { display: 'an application that did not say who it is' }
      : { identifier: { value: caller.client.id }, display: caller.client.name };
  return {
    type: concept(type),
    who,
    requestor: false,
    // Where no person is asking, the app is who was let in, so what let it in stands here.
    ...(caller?.user === undefined ? policies(caller?.token?.id, rules) : {}),
    ...(address === undefined ? {} : { network: { address, type: '2' } }),
    ...(caller?.user === undefined ? purposes(caller) : {}),
  };
}

export function serverAgent(type: Code, base: string, observer: string): JsonObject {
  return { type: concept(type), who: { display: observer }, requestor: false, network: { address: base, type: '5' } };
}

/** Undefined when no person is known. */
export function userAgent({ caller, rules }: AuditRecord, type: Code): JsonObject | undefined {
  if (caller?.user === undefined) return undefined;
  const { user, token, roles } = caller;
  return {
    type: concept(type),
    ...(roles.length === 0 ? {} : { role: roles.map((role) => ({ text: role })) }),
    who: {
      ...(user.fhirUser === undefined ? {} : { reference: user.fhirUser }),
      identifier: { ...(token === undefined ? {} : { system: token.issuer }), value: user.id },
      display: user.name,
    },
    name: user.name,
    requestor: true,
    ...policies(token?.id, rules),
    ...purposes(caller),
  };
}

/** The token by its public identifier, and the rules that decided. */
function policies(token: string | undefined, rules: readonly string[]): JsonObject {
  const uris = [
    ...(token === undefined ? [] : [`urn:ietf:params:oauth:jti:${token}`]),
    ...rules.map((rule) => `urn:fireguard:rule:${rule}`),
  ];
  return uris.length === 0 ? {} : { policy: uris };
}

function purposes(caller: AuditRecord['caller']): JsonObject {
  if (caller === undefined || caller.purposes.length === 0) return {};
  return { purposeOfUse: caller.purposes.map(concept) };
}

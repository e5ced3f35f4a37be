/** AuditEvent.agent after IHE BALP: the app, this server, and the person. */
import { BALP_AGENT, type Code, coding, concept, type JsonObject, ROLE_CLASS, SECURITY_ROLE, tokenUrn } from './codes.ts';
import type { AuditRecord } from './record.ts';
import { roleConcept } from './role-codes.ts';

/** BALP's extension: how surely the person signed in, in the site's own words (OpenID Connect acr). */
const ASSURANCE = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel';

/** The app, or whatever called. BALP wants one in every event; where nobody said who calls, the address speaks. */
export function clientAgent({ caller, address }: AuditRecord, ...types: readonly Code[]): JsonObject {
  return {
    type: concepts(types),
    ...clientWho(caller, 'an application that did not say who it is'),
    requestor: false,
    ...(caller?.user === undefined ? tokenPolicy(caller) : {}),
    ...(address === undefined ? {} : { network: { address, type: '2' } }),
    ...(caller?.user === undefined ? purposes(caller) : {}),
  };
}

/** The client, and what FHIR resource a service is. A place is not somebody who can act, and so FHIR names it beside. */
function clientWho(caller: AuditRecord['caller'], unknown: string): JsonObject {
  if (caller?.client === undefined) return { who: { display: unknown } };
  const { id, name, identity } = caller.client;
  const place = identity?.startsWith('Location/') === true;
  const reference = identity === undefined || place ? {} : { reference: identity };
  return {
    who: { ...reference, identifier: { value: id }, display: name },
    ...(place ? { location: { reference: identity } } : {}),
  };
}

/** This server, with the rules by which it let in or turned away. */
export function serverAgent(type: Code, base: string, observer: string, rules: readonly string[]): JsonObject {
  return {
    type: concept(type),
    who: { display: observer },
    requestor: false,
    network: { address: base, type: '5' },
    ...(rules.length === 0 ? {} : { policy: rules.map((rule) => `urn:fireguard:rule:${rule}`) }),
  };
}

/** Undefined when no person is known. */
export function userAgent({ caller }: AuditRecord, ...types: readonly Code[]): JsonObject | undefined {
  if (caller?.user === undefined) return undefined;
  const { user, token, roles, acr } = caller;
  return {
    ...(acr === undefined ? {} : { extension: [{ url: ASSURANCE, valueCodeableConcept: { text: acr } }] }),
    type: concepts(types),
    ...(roles.length === 0 ? {} : { role: roles.map(roleConcept) }),
    who: {
      ...(user.fhirUser === undefined ? {} : { reference: user.fhirUser }),
      identifier: { ...(token === undefined ? {} : { system: token.issuer }), value: user.id },
      display: user.name,
    },
    name: user.name,
    requestor: true,
    ...tokenPolicy(caller),
    ...purposes(caller),
  };
}

/** BALP OAUTHaccessTokenUse.Minimal: the token as an agent of its own, held by the client (R5 wants a `who` in each). Undefined without one. */
export function tokenAgent({ caller }: AuditRecord): JsonObject | undefined {
  if (caller?.token === undefined) return undefined;
  const { who } = clientWho(caller, 'an application that did not say who it is');
  return { type: concept({ system: BALP_AGENT, code: 'UserOauthAgent' }), who: who!, requestor: true, ...tokenPolicy(caller) };
}

/** BALP PrivacyDisclosure: who was given it. */
export function recipientAgent({ caller, address }: AuditRecord, type: Code): JsonObject {
  return {
    type: concept(type),
    ...clientWho(caller, caller?.user?.name ?? 'unknown'),
    requestor: caller?.user === undefined,
    ...(address === undefined ? {} : { network: { address, type: '2' } }),
  };
}

/** BALP AuthZconsent: whose organization, and who decided (it is `source.observer`). */
export function organizationAgent(site: string, caller: AuditRecord['caller']): JsonObject {
  return { type: concept({ system: ROLE_CLASS, code: 'PROV' }), who: { display: site }, requestor: false, ...purposes(caller) };
}

export function authorizerAgent(observer: string): JsonObject {
  return { type: concept({ system: SECURITY_ROLE, code: 'authserver' }), who: { display: observer }, requestor: false };
}

/** the token by its public identifier. */
function tokenPolicy(caller: AuditRecord['caller']): JsonObject {
  return caller?.token === undefined ? {} : { policy: [tokenUrn(caller.token.id)] };
}

function purposes(caller: AuditRecord['caller']): JsonObject {
  if (caller === undefined || (caller.purposes.length === 0 && caller.rationale === undefined)) return {};
  const said = caller.rationale === undefined ? [] : [{ text: caller.rationale }];
  return { purposeOfUse: [...caller.purposes.map(concept), ...said] };
}

function concepts(types: readonly Code[]): JsonObject {
  return { coding: types.map(coding) };
}

/** Code systems and codings of AuditEvents (DICOM PS3.15 A.5, FHIR R4 AuditEvent, IHE BALP). */
import type { JsonValue } from '../json/scan.ts';

export type JsonObject = { readonly [name: string]: JsonValue };

export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const EVENT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
export const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
export const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
export const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
export const PROVENANCE_PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
export const SOURCE_TYPE = 'http://terminology.hl7.org/CodeSystem/security-source-type';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const BALP_ENTITY_TYPE = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType';
export const BALP_AUTHZ = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType';
export const BALP_AGENT = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes';
export const ROLE_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-RoleClass';
export const SECURITY_ROLE = 'http://terminology.hl7.org/CodeSystem/extra-security-role-type';
export const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';
export const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';
export const IHE_EVENT = 'urn:ihe:event-type-code';

export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export function coding({ system, code, display }: Code): JsonObject {
  return display === undefined ? { system, code } : { system, code, display };
}

export function concept(code: Code): JsonObject {
  return { coding: [coding(code)] };
}

/** a token by its public id, as BALP writes it (RFC 8141 §2): whatever an issuer chose as its id, this is a URN. */
export function tokenUrn(id: string): string {
  return `urn:ietf:params:oauth:jti:${encodeURIComponent(id.toWellFormed())}`;
}

/**
 * Roles of policies as AuditEvent.agent.role. Their names are the site's own, so each is a code of ours; those of the default policies that HL7 has a
 * code for carry that one as well, so that a repository of several systems finds them together.
 */
import { type Code, coding, type JsonObject, ROLE_CLASS } from './codes.ts';

const OWN = 'urn:fireguard:role';
const PRACTITIONER_ROLE = 'http://terminology.hl7.org/CodeSystem/practitioner-role';

const standard: Readonly<Record<string, Code>> = {
  physician: { system: PRACTITIONER_ROLE, code: 'doctor', display: 'Doctor' },
  'emergency-physician': { system: PRACTITIONER_ROLE, code: 'doctor', display: 'Doctor' },
  nurse: { system: PRACTITIONER_ROLE, code: 'nurse', display: 'Nurse' },
  pharmacist: { system: PRACTITIONER_ROLE, code: 'pharmacist', display: 'Pharmacist' },
  researcher: { system: PRACTITIONER_ROLE, code: 'researcher', display: 'Researcher' },
  patient: { system: ROLE_CLASS, code: 'PAT', display: 'patient' },
  guardian: { system: ROLE_CLASS, code: 'GUARD', display: 'guardian' },
};

export function roleConcept(role: string): JsonObject {
  return { coding: roleCodings(role), text: role };
}

/** The same as FHIR Codings, for whoever else is told of a role. */
export function roleCodings(role: string): readonly JsonObject[] {
  const known = Object.hasOwn(standard, role) ? standard[role] : undefined;
  return [...(known === undefined ? [] : [coding(known)]), coding({ system: OWN, code: role })];
}

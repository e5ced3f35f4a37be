/**
 * IHE IUA 2.4, ITI-71 §3.71.4.2.2.1: what a token says of its subject, as `extensions.ihe_iua`, for resource servers that read it there. Everything in it stands in the token in
 * another form as well; nobody is decided on by it here.
 */
import { roleCodings } from '@fireguard/engine';

export interface IuaSettings {
  /** Of those who sign in here. */
  readonly organization?: string | undefined;
  /** A URL or `urn:oid:`. */
  readonly organizationId?: string | undefined;
}

export interface IuaSubject {
  /** Undefined: a service. */
  readonly name: string | undefined;
  readonly roles: readonly string[];
  readonly purposes: readonly { readonly system: string; readonly code: string }[];
  /** The bare id of the patient whose record is open. */
  readonly patient: string | undefined;
}

export function iuaClaims(subject: IuaSubject, settings: IuaSettings, fhirBase: string): Readonly<Record<string, unknown>> {
  const { name, roles, purposes, patient } = subject;
  return {
    ...(name === undefined ? {} : { subject_name: name }),
    ...(settings.organization === undefined ? {} : { subject_organization: settings.organization }),
    ...(settings.organizationId === undefined ? {} : { subject_organization_id: settings.organizationId }),
    ...(roles.length === 0 ? {} : { subject_role: roles.flatMap(roleCodings) }),
    ...(purposes.length === 0 ? {} : { purpose_of_use: purposes.map(({ system, code }) => ({ system, code })) }),
    ...(patient === undefined ? {} : { person_id: `${fhirBase}/Patient/${patient}` }),
  };
}

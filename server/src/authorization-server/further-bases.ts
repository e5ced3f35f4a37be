/**
 * Further FHIR bases that tokens can be for (RFC 8707): each token is for one base, and good nowhere else. A client that cannot say which (SMART Backend
 * Services names no audience) is told of a token endpoint that does.
 */
import type { FhirTables } from '@fireguard/engine';
import { paths } from './discovery.ts';
import type { PickerSource } from './picker-source.ts';

export interface FurtherBase {
  readonly name: string;
  readonly base: string;
  readonly tables: FhirTables;
  readonly picker: PickerSource;
}

/** RFC 6749 §3.2: an endpoint may have a query, which is kept. */
export function furtherTokenEndpoint(issuer: string, name: string): string {
  return `${issuer}${paths.token}?at=${name}`;
}

/** Names the base in a request for a service's token that came by such an endpoint and names none itself. */
export function nameBase(form: URLSearchParams, at: string | undefined, further: readonly FurtherBase[]): void {
  const named = further.find(({ name }) => name === at);
  if (named !== undefined && form.get('grant_type') === 'client_credentials' && !form.has('resource'))
    form.set('resource', named.base);
}

/** INVARIANT: nobody's `fhirUser` lies at a further base: the same id would be somebody else there. */
export function personAt<Person extends { readonly fhirUser: string | undefined }>(
  audience: string,
  person: Person | undefined,
  further: readonly FurtherBase[],
): Person | undefined {
  const isFurther = further.some(({ base }) => base === audience);
  return person === undefined || !isFurther ? person : { ...person, fhirUser: undefined };
}

/** Patients and visits of the server that a token will be for. */
export function pickerAt(audience: string, first: PickerSource, further: readonly FurtherBase[]): PickerSource {
  const { picker } = further.find(({ base }) => base === audience) ?? {};
  if (picker === undefined) return first;
  const known = <Person extends { readonly fhirUser: string | undefined }>(person: Person): Person => ({
    ...person,
    fhirUser: undefined,
  });
  return {
    patientsFor: (person, query) => picker.patientsFor(known(person), query),
    patientById: (person, id) => picker.patientById(known(person), id),
    encountersFor: (person, patient) => picker.encountersFor(known(person), patient),
    encounterById: (person, patient, id) => picker.encounterById(known(person), patient, id),
  };
}

// The few things that binding reads in resources, each forgiving about what is not there.
import type { Resource } from './fhir-source.ts';

const object = (value: unknown): Resource => (value !== null && typeof value === 'object' ? (value as Resource) : {});
const list = (value: unknown): readonly Resource[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export const idOf = (resource: Resource): string => text(resource['id']) ?? '';

/** `Type/id` of a reference of that type, whatever base or version stands around it. */
export function referenceTo(type: string, reference: unknown): string | undefined {
  const id = new RegExp(`(?:^|/)${type}/([A-Za-z0-9.-]{1,64})(?:/_history/.*)?$`).exec(
    text(object(reference)['reference']) ?? '',
  )?.[1];
  return id === undefined ? undefined : `${type}/${id}`;
}

export const subjectOf = (resource: Resource): string | undefined =>
  referenceTo('Patient', resource['subject'] ?? resource['patient']);

/** The practitioners who took part in an Encounter, with the name that the Encounter gives them. */
export function participants(
  encounter: Resource,
): readonly { readonly practitioner: string; readonly display: string | undefined }[] {
  return list(encounter['participant']).flatMap(({ individual, actor }) => {
    const practitioner = referenceTo('Practitioner', individual ?? actor);
    return practitioner === undefined ? [] : [{ practitioner, display: text(object(individual ?? actor)['display']) }];
  });
}

export function generalPractitioners(patient: Resource): readonly string[] {
  return list(patient['generalPractitioner']).flatMap((reference) => referenceTo('Practitioner', reference) ?? []);
}

export const birthDate = (patient: Resource): string => text(patient['birthDate']) ?? '';

/** A person's name as one would say it. */
export function nameOf(resource: Resource | undefined): string | undefined {
  const name = list(resource?.['name'])[0];
  if (name === undefined) return undefined;
  const given = Array.isArray(name['given']) ? name['given'].filter((part) => typeof part === 'string') : [];
  const said = [...given, text(name['family'])].filter((part) => part !== undefined).join(' ');
  return text(name['text']) ?? text(said);
}

const PARENTS = new Set(['PRN', 'MTH', 'FTH', 'NMTH', 'NFTH', 'GUARD', 'PRNFOST', 'ADOPTP', 'STPPRN']);

/** Whether a RelatedPerson is a parent or guardian (v3-RoleCode). */
export const isParent = (person: Resource): boolean =>
  list(person['relationship']).some((concept) => list(concept['coding']).some(({ code }) => PARENTS.has(text(code) ?? '')));

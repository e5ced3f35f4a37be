/**
 * What a physician may see under the default policies, worked out from their words alone (server/policies/default.yaml) and from the data, resource by
 * resource, in the most simple-minded way. It must share no code with Fireguard: it is there to disagree when one of them is wrong. It holds no assertions.
 */
import type { RawEntry } from './raw-json.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

export interface World {
  /** All resources of the server behind, by type. */
  readonly byType: ReadonlyMap<string, readonly RawEntry[]>;
  /** `Practitioner/id`. */
  readonly fhirUser: string;
  /** Ids of patients to whom Fireguard itself knows a general-practitioner or care-team relation. */
  readonly ownFacts: readonly string[];
}

/** http://hl7.org/fhir/R4/security.html categories, of the types that the data of these tests hold. */
const DIRECTORY = new Set(['Practitioner', 'PractitionerRole']);
const BUSINESS = new Set([
  'Organization',
  'Location',
  'Device',
  'Medication',
  'Group',
  'HealthcareService',
  'Schedule',
  'Slot',
  'Endpoint',
  'Substance',
  'Questionnaire',
  'PlanDefinition',
]);

/** Ids of the patients whom the physician cares for: general practitioner, in an active care team, part of an encounter that was no emergency. */
export function patientsOf({ byType, fhirUser, ownFacts }: World): ReadonlySet<string> {
  const found = new Set(ownFacts);
  for (const { resource } of parsed(byType, 'Patient'))
    if (resource.generalPractitioner?.some((one: Anything) => one.reference === fhirUser)) found.add(resource.id);
  for (const { resource } of parsed(byType, 'CareTeam')) {
    if (resource.status === 'active' && resource.participant?.some((one: Anything) => one.member?.reference === fhirUser))
      found.add(patientIn(resource.subject));
  }
  for (const { resource } of parsed(byType, 'Encounter')) {
    if (resource.status === 'cancelled' || resource.status === 'entered-in-error' || resource.class?.code === 'EMER') continue;
    if (resource.participant?.some((one: Anything) => one.individual?.reference === fhirUser))
      found.add(patientIn(resource.subject));
  }
  return found;
}

/** Only for data without security labels and without consents; throws when there are some. */
export function permitted(entry: RawEntry, theirs: ReadonlySet<string>): boolean {
  const resource = JSON.parse(entry.raw) as Anything;
  if (resource.meta?.security !== undefined || entry.type === 'Consent')
    throw new Error('labels and consents are beyond this reader');
  const about = entry.type === 'Patient' ? [entry.id] : patientsNamed(resource);
  if (DIRECTORY.has(entry.type)) return true;
  if (BUSINESS.has(entry.type) && about.length === 0) return true;
  return about.length > 0 && about.every((patient) => theirs.has(patient));
}

function parsed(byType: World['byType'], type: string): readonly { resource: Anything }[] {
  return (byType.get(type) ?? []).map(({ raw }) => ({ resource: JSON.parse(raw) }));
}

const patientIn = (reference: Anything): string => String(reference?.reference ?? '').replace(/^Patient\//, '');

/** Every patient to whom any reference anywhere in it leads. */
function patientsNamed(value: Anything): readonly string[] {
  const found = new Set<string>();
  const walk = (inside: Anything): void => {
    if (Array.isArray(inside)) inside.forEach(walk);
    else if (inside !== null && typeof inside === 'object') {
      const id = /^Patient\/([A-Za-z0-9.-]+)$/.exec(typeof inside.reference === 'string' ? inside.reference : '')?.[1];
      if (id !== undefined) found.add(id);
      Object.values(inside).forEach(walk);
    }
  };
  walk(value);
  return [...found];
}

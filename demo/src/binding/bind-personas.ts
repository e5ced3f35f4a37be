/**
 * Binds the demo's personas to the people of a FHIR server that was not made for it: who works most is the family physician, who has most
 * records is patient-1. What the data lack (a care team, a guardian) is given as facts for Fireguard itself to keep. It only
 * reads, asks little, and must not invent people: a persona without a counterpart says so.
 */
import { type FhirSource, type Resource, SourceReader } from './fhir-source.ts';
import { type Binding, type BoundPersona, PERSONAS, type PersonaFact, type PersonaName } from './persona.ts';
import { birthDate, generalPractitioners, idOf, isParent, nameOf, participants, subjectOf } from './reading.ts';

interface Bound {
  readonly display: string;
  readonly fhirUser?: string;
  readonly facts?: readonly Omit<PersonaFact, 'user'>[];
  readonly note: string;
}

const PAGE = 200;
const CANDIDATES = 8;
const MOST_FACTS = 50;

/** Throws an Error with one clear line when the server cannot be reached, or holds no Patient. */
export async function bindPersonas(source: FhirSource): Promise<Binding> {
  const reader = new SourceReader(source);
  const patients = await reader.search(`Patient?_count=${PAGE}`, 10);
  if (patients.length === 0) throw new Error(`${source.url} holds no Patient: there is nobody to protect`);
  const encounters = await reader.search(`Encounter?_count=${PAGE}`, 30);
  const [first, second] = await thickest(reader, patients, encounters);
  const [physician, nurse, emergency] = await busiest(reader, encounters);
  const bound: Readonly<Record<PersonaName, Bound>> = {
    'family-physician': asFamilyPhysician(physician, patients, encounters, [first]),
    nurse: asStaff(nurse, [first, second], 'care-team', 'Nurse'),
    'emergency-physician': asStaff(emergency, [], 'encounter', 'Emergency physician'),
    'billing-clerk': unbound('Billing clerk'),
    researcher: unbound('Researcher'),
    'privacy-officer': unbound('Privacy officer'),
    'security-administrator': unbound('Security administrator'),
    'patient-1': asPatient(first),
    'patient-2': asPatient(second),
    parent: await asParent(reader, patients),
  };
  const names = Object.keys(PERSONAS) as PersonaName[];
  const personas = names.map((name): BoundPersona => {
    const { display, fhirUser, facts = [] } = bound[name];
    return {
      name,
      display,
      roles: [PERSONAS[name]],
      ...(fhirUser === undefined ? {} : { fhirUser }),
      facts: facts.map((fact) => ({ user: name, ...fact })),
    };
  });
  return { personas, notes: names.map((name) => `${name}: ${bound[name].note}`) };
}

/** The patients with most resources, among those with most encounters. */
async function thickest(
  reader: SourceReader,
  patients: readonly Resource[],
  encounters: readonly Resource[],
): Promise<readonly (Resource | undefined)[]> {
  const visits = tally(encounters.flatMap((encounter) => subjectOf(encounter) ?? []));
  const visitsOf = (patient: Resource) => visits.get(`Patient/${idOf(patient)}`) ?? 0;
  const candidates = [...patients]
    .sort((one, other) => visitsOf(other) - visitsOf(one) || (idOf(one) < idOf(other) ? -1 : 1))
    .slice(0, CANDIDATES);
  const weighed: { readonly patient: Resource; readonly weight: number }[] = [];
  for (const patient of candidates) {
    let weight = visitsOf(patient);
    for (const type of ['Observation', 'Condition', 'MedicationRequest'])
      weight += await reader.count(`${type}?patient=${idOf(patient)}&_count=${PAGE}`).catch(() => 0);
    weighed.push({ patient, weight });
  }
  return weighed.sort((one, other) => other.weight - one.weight).map(({ patient }) => patient);
}

interface Practitioner {
  readonly reference: string;
  readonly display: string;
  readonly encounters: number;
}

async function busiest(reader: SourceReader, encounters: readonly Resource[]): Promise<readonly (Practitioner | undefined)[]> {
  const everyone = encounters.flatMap(participants);
  const top = [...tally(everyone.map(({ practitioner }) => practitioner))]
    .sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
    .slice(0, 3);
  return Promise.all(
    top.map(async ([reference, count]) => {
      const display =
        nameOf(await reader.read(reference)) ??
        everyone.find(({ practitioner }) => practitioner === reference)?.display ??
        reference;
      return { reference, display, encounters: count };
    }),
  );
}

/** Whom they have seen are their patients; so is patient-1, so that there is something to show. */
function asFamilyPhysician(
  who: Practitioner | undefined,
  patients: readonly Resource[],
  encounters: readonly Resource[],
  also: readonly (Resource | undefined)[],
): Bound {
  const seen = encounters
    .filter((encounter) => participants(encounter).some(({ practitioner }) => practitioner === who?.reference))
    .flatMap((encounter) => subjectOf(encounter) ?? []);
  const own = new Set([...also.flatMap((patient) => (patient === undefined ? [] : [`Patient/${idOf(patient)}`])), ...seen]);
  const stated = new Set(
    patients
      .filter((patient) => who !== undefined && generalPractitioners(patient).includes(who.reference))
      .map((patient) => `Patient/${idOf(patient)}`),
  );
  const missing = [...own].filter((patient) => !stated.has(patient)).slice(0, MOST_FACTS);
  const facts = missing.map((patient) => ({
    relation: 'general-practitioner' as const,
    patient: patient.slice('Patient/'.length),
  }));
  return staffed(who, facts, 'Family physician');
}

function asStaff(
  who: Practitioner | undefined,
  patients: readonly (Resource | undefined)[],
  relation: PersonaFact['relation'],
  display: string,
): Bound {
  const facts = patients.flatMap((patient) => (patient === undefined ? [] : [{ relation, patient: idOf(patient) }]));
  return staffed(who, facts, display);
}

function staffed(who: Practitioner | undefined, facts: Bound['facts'] & object, display: string): Bound {
  const kept =
    facts.length === 0
      ? ''
      : `; ${facts.length} ${facts[0]?.relation} relation${facts.length === 1 ? '' : 's'} kept in Fireguard's own facts`;
  if (who === undefined) return { display, facts, note: `no practitioner with encounters left: an account of its own${kept}` };
  return {
    display: who.display,
    fhirUser: who.reference,
    facts,
    note: `${who.display} (${who.reference}, ${who.encounters} encounters)${kept}`,
  };
}

function asPatient(patient: Resource | undefined): Bound {
  if (patient === undefined) return { display: 'Patient', note: 'no such patient in the data: an account without a record' };
  const display = nameOf(patient) ?? idOf(patient);
  return { display, fhirUser: `Patient/${idOf(patient)}`, note: `${display} (Patient/${idOf(patient)})` };
}

const unbound = (display: string): Bound => ({ display, note: 'an account of its own; needs nobody in the data' });

/** A parent of the youngest patient: as the data state it, or else as Fireguard's own fact. */
async function asParent(reader: SourceReader, patients: readonly Resource[]): Promise<Bound> {
  const youngest = patients.reduce((best, patient) => (birthDate(patient) > birthDate(best) ? patient : best));
  const id = idOf(youngest);
  const child = nameOf(youngest) ?? id;
  const related = await reader.search(`RelatedPerson?patient=${id}&_count=20`, 1).catch((): readonly Resource[] => []);
  const parent = related.find(isParent);
  if (parent === undefined) {
    return {
      display: `Parent of ${child}`,
      facts: [{ relation: 'guardian', patient: id }],
      note: `guardian of ${child} (Patient/${id}) by Fireguard's own facts: the data name no parent`,
    };
  }
  const display = nameOf(parent) ?? `Parent of ${child}`;
  return {
    display,
    fhirUser: `RelatedPerson/${idOf(parent)}`,
    note: `${display} (RelatedPerson/${idOf(parent)}), parent of ${child} (Patient/${id})`,
  };
}

function tally(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

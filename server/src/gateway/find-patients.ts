/**
 * Patients for somebody who is signing in and must choose one. INVARIANT: found by the same pipeline as any request of theirs, audited as one,
 * so that the picker cannot show what the API would not (hardening B11-145).
 */
import { type Caller, type JsonDocument, type JsonNode, NONE, name, type Override, parseScopes, scan } from '@fireguard/engine';
import type { Collaborators } from './collaborators.ts';
import { handle } from './pipeline.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly fhirUser: string | undefined;
  /** Where their browser is; left out where that is not known. */
  readonly address?: string;
}

export interface FoundPatient {
  readonly id: string;
  readonly name: string;
  readonly birthDate: string | undefined;
  readonly sex: string | undefined;
  readonly mrn: string | undefined;
}

export interface FoundEncounter {
  readonly id: string;
  readonly name: string;
  readonly start: string | undefined;
  readonly status: string | undefined;
}

export interface PatientFinder {
  /** Best first, at most 50; an empty query lists those that the person may open. */
  patientsFor(person: Person, query: string): Promise<readonly FoundPatient[]>;
  /** `glass`: broken by this person for this patient. */
  patientById(
    person: Person,
    id: string,
    glass?: { readonly id: string; readonly expiresAt: number },
  ): Promise<FoundPatient | undefined>;
  /** The patient's visits, newest first, at most 50. */
  encountersFor(person: Person, patient: string): Promise<readonly FoundEncounter[]>;
  encounterById(person: Person, patient: string, id: string): Promise<FoundEncounter | undefined>;
}

const BTG = Object.freeze({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' });
const MOST = 50;
const ID_FORM = /^[A-Za-z0-9.-]{1,64}$/;
/** The sign-in pages ask on the person's behalf; no app is involved yet. */
const PAGES = { id: 'fireguard-sign-in', name: 'Fireguard sign-in pages' } as const;

export function patientFinder(use: Collaborators): PatientFinder {
  const search = async (person: Person, query: string): Promise<readonly FoundPatient[]> => {
    const document = await ask(person, `/Patient?${query}_count=${MOST}`, use);
    return document === undefined ? [] : entriesOf(document).map((node) => shown(document, node));
  };
  return Object.freeze<PatientFinder>({
    async patientsFor(person, query) {
      const words = query.trim().slice(0, 100);
      if (words === '') return search(person, '');
      const text = encodeURIComponent(words.replace(/[\\,$|]/g, '\\$&'));
      const [byName, byNumber] = await Promise.all([
        search(
          person,
          words
            .split(/\s+/)
            .map((word) => `name=${encodeURIComponent(word.replace(/[\\,$|]/g, '\\$&'))}&`)
            .join(''),
        ),
        search(person, `identifier=${text}&`),
      ]);
      const both = new Map([...byNumber, ...byName].map((patient) => [patient.id, patient]));
      return [...both.values()].slice(0, MOST);
    },
    async patientById(person, id, glass) {
      if (!ID_FORM.test(id)) return undefined;
      const override = glass === undefined ? undefined : { ...glass, patient: id };
      const document = await ask(person, `/Patient/${id}`, use, override);
      return document === undefined ? undefined : shown(document, document.root);
    },
    async encountersFor(person, patient) {
      if (!ID_FORM.test(patient)) return [];
      const document = await ask(person, `/Encounter?patient=${patient}&_count=${MOST}`, use);
      if (document === undefined) return [];
      const visits = entriesOf(document).map((node) => visit(document, node));
      return visits.toSorted((one, other) => (other.start ?? '').localeCompare(one.start ?? ''));
    },
    async encounterById(person, patient, id) {
      if (!ID_FORM.test(patient) || !ID_FORM.test(id)) return undefined;
      const document = await ask(person, `/Encounter?patient=${patient}&_id=${id}`, use);
      const [node] = document === undefined ? [] : entriesOf(document);
      return document === undefined || node === undefined ? undefined : visit(document, node);
    },
  });
}

async function ask(person: Person, target: string, use: Collaborators, override?: Override): Promise<JsonDocument | undefined> {
  const incoming = {
    method: 'GET',
    target,
    headers: new Map<string, readonly string[]>(),
    address: person.address ?? '',
    body: async () => new Uint8Array(0),
  };
  const answer = await handle(incoming, { ...use, authenticate: async () => callerFor(person, use, override) });
  if (answer.status >= 500) throw new Error('patients cannot be looked up');
  return answer.status === 200 ? scan(answer.body) : undefined;
}

function callerFor(person: Person, use: Collaborators, override: Override | undefined): Caller {
  return Object.freeze<Caller>({
    kind: 'user',
    client: PAGES,
    user: { id: person.id, name: person.name, fhirUser: person.fhirUser },
    roles: person.roles,
    scopes: parseScopes('user/Patient.rs user/Encounter.rs'),
    patient: undefined,
    purposes: override === undefined ? [] : [BTG],
    ...(override === undefined ? {} : { override }),
    token: { id: 'sign-in', issuer: use.base, expiresAt: use.now() + 60_000 },
    address: person.address ?? '',
  });
}

const ENTRY = name('entry');
const RESOURCE = name('resource');
const ID = name('id');
const NAME = name('name');
const FAMILY = name('family');
const GIVEN = name('given');
const BIRTH_DATE = name('birthDate');
const GENDER = name('gender');
const IDENTIFIER = name('identifier');
const VALUE = name('value');
const PERIOD = name('period');
const START = name('start');
const STATUS = name('status');
const TYPE = name('type');
const TEXT = name('text');
const CODING = name('coding');
const DISPLAY = name('display');
const CLASS = name('class');

function entriesOf(document: JsonDocument): readonly JsonNode[] {
  const nodes: JsonNode[] = [];
  const entries = document.member(document.root, ENTRY);
  if (!document.isArray(entries)) return nodes;
  for (let entry = document.first(entries); entry !== NONE; entry = document.next(entry))
    nodes.push(document.member(entry, RESOURCE));
  return nodes;
}

/** A masked name is no reason to hide a patient whom the person may open. */
function shown(document: JsonDocument, node: JsonNode): FoundPatient {
  const text = (...path: Parameters<JsonDocument['at']> extends [unknown, ...infer Steps] ? Steps : never) =>
    document.string(document.at(node, ...path));
  const family = text(NAME, 0, FAMILY);
  const given = text(NAME, 0, GIVEN, 0);
  const id = text(ID) ?? '';
  return {
    id,
    name: [family?.toUpperCase(), given].filter((part) => part !== undefined).join(', ') || `Patient ${id}`,
    birthDate: text(BIRTH_DATE),
    sex: text(GENDER),
    mrn: text(IDENTIFIER, 0, VALUE),
  };
}

function visit(document: JsonDocument, node: JsonNode): FoundEncounter {
  const text = (...path: Parameters<JsonDocument['at']> extends [unknown, ...infer Steps] ? Steps : never) =>
    document.string(document.at(node, ...path));
  return {
    id: text(ID) ?? '',
    name: text(TYPE, 0, TEXT) ?? text(TYPE, 0, CODING, 0, DISPLAY) ?? text(CLASS, DISPLAY) ?? 'Visit',
    start: text(PERIOD, START),
    status: text(STATUS),
  };
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { r4 } from '../fhir/r4.ts';
import { type JsonDocument, type JsonNode, NONE, name, scan } from '../json/scan.ts';
import { inCompartment } from './in-compartment.ts';
import { mayBeAboutPatient } from './may-be-about-patient.ts';
import { type PatientsOf, patientsOf } from './patients-of.ts';

const tables = r4();
const bases = ['https://ours.example/fhir'];
const document = (resource: unknown): JsonDocument => scan(new TextEncoder().encode(JSON.stringify(resource)));

function about(resource: unknown): PatientsOf {
  const json = document(resource);
  return patientsOf(json, json.root, tables, bases);
}

function inside(resource: unknown, patient = 'p'): boolean {
  const json = document(resource);
  return inCompartment(json, json.root, tables, bases, patient);
}

/** The smallest resource of `type` that has `value` at `path`, in an array at every step when `arrays`. */
function minimal(type: string, path: string, value: unknown, arrays = false): Record<string, unknown> {
  const nested = path
    .split('.')
    .reduceRight<unknown>((below, step) => ({ [step]: arrays ? [{ other: 1 }, below] : below }), value);
  return { resourceType: type, id: 'x', ...(nested as Record<string, unknown>) };
}

const certain = (...patients: readonly string[]): PatientsOf => ({ patients, pending: [], undetermined: false });
const unknown: PatientsOf = { patients: [], pending: [], undetermined: true };
const ref = (reference: string) => ({ reference });

const compartmentTypes = [...tables.types.values()].filter((type) => type.patientCompartment.length > 0);
const members = compartmentTypes.flatMap((type) =>
  type.patientCompartment.flatMap((parameter) =>
    (type.searchParameters.get(parameter)?.paths ?? []).map((path) => [type.name, parameter, path] as const),
  ),
);

describe('types of the Patient compartment', () => {
  test('the table is whole', () => {
    expect(compartmentTypes.length).toBe(66);
    expect(members.length).toBeGreaterThan(100);
  });

  test.each(members.filter(([type]) => type !== 'Patient'))('R-030 %s is about the patient of %s, at %s', (type, _, path) => {
    for (const arrays of [false, true]) {
      for (const text of ['Patient/p', 'Patient/p/_history/3', 'https://ours.example/fhir/Patient/p']) {
        const resource = minimal(type, path, ref(text), arrays);
        expect(about(resource), JSON.stringify(resource)).toEqual(certain('p'));
        expect(inside(resource), JSON.stringify(resource)).toBe(true);
        expect(inside(resource, 'other')).toBe(false);
      }
    }
  });

  test.each(members.filter(([type]) => type !== 'Patient'))(
    'R-031 %s with somebody unnamed at %s (%s) is about nobody that we know',
    (type, _, path) => {
      for (const reference of [
        ref('https://other.example/fhir/Patient/p'),
        ref('Patient?identifier=1'),
        { type: 'Patient', identifier: { value: '1' } },
      ]) {
        const resource = minimal(type, path, reference);
        expect(about(resource), JSON.stringify(resource)).toMatchObject({ patients: [], undetermined: true });
        expect(inside(resource)).toBe(false);
      }
      expect(inside(minimal(type, path, ref('urn:uuid:p')))).toBe(false);
      expect(inside(minimal(type, path, ref('#p')))).toBe(false);
      expect(inside(minimal(type, path, ref('Group/p')))).toBe(false);
      expect(inside(minimal(type, path, ref('Patient/p2')))).toBe(false);
      expect(inside(minimal(type, path, ref('patient/p')))).toBe(false);
    },
  );

  test('R-031 without any patient, a patient-category resource is about somebody unknown', () => {
    for (const type of compartmentTypes.filter((one) => one.category === 'patient' && one.name !== 'Patient')) {
      expect(about({ resourceType: type.name, id: 'x' }), type.name).toEqual(unknown);
      expect(inside({ resourceType: type.name, id: 'x' })).toBe(false);
    }
  });
});

describe('whom a resource is about', () => {
  test('a Patient is about itself, whoever it links to', () => {
    expect(about({ resourceType: 'Patient', id: 'p', link: [{ other: ref('Patient/q') }] })).toEqual(certain('p'));
    expect(about({ resourceType: 'Patient' })).toEqual(unknown);
    expect(inside({ resourceType: 'Patient', id: 'p' })).toBe(true);
    expect(inside({ resourceType: 'Patient', id: 'q', link: [{ other: ref('Patient/p') }] })).toBe(true);
    expect(inside({ resourceType: 'Patient', id: 'q' })).toBe(false);
  });

  test('R-030 several patients all count', () => {
    const coverage = {
      resourceType: 'Coverage',
      beneficiary: ref('Patient/a'),
      subscriber: ref('Patient/b'),
      payor: [ref('Patient/a'), ref('Organization/o')],
    };
    expect(about(coverage).patients.toSorted()).toEqual(['a', 'b']);
    expect(about(coverage)).toMatchObject({ pending: [], undetermined: false });
  });

  test('a subject that is no patient leads to patients; beside a patient, others only take part', () => {
    expect(about({ resourceType: 'Observation', subject: ref('Group/g') })).toEqual({
      patients: [],
      pending: ['Group/g'],
      undetermined: false,
    });
    expect(about({ resourceType: 'Observation', subject: ref('Device/d') }).pending).toEqual(['Device/d']);
    expect(about({ resourceType: 'Observation', subject: ref('Location/l') })).toEqual(unknown);
    expect(about({ resourceType: 'Observation', subject: ref('Patient/p'), performer: [ref('RelatedPerson/r')] })).toEqual(
      certain('p'),
    );
  });

  test('an untyped logical reference counts where it is the subject, not where others take part', () => {
    const logical = { identifier: { value: '1' } };
    expect(about({ resourceType: 'Observation', subject: logical, performer: [ref('Patient/p')] })).toMatchObject({
      undetermined: true,
    });
    expect(about({ resourceType: 'Observation', subject: ref('Patient/p'), performer: [logical] })).toEqual(certain('p'));
    expect(
      about({ resourceType: 'Observation', subject: ref('Patient/p'), performer: [{ ...logical, type: 'Patient' }] }),
    ).toMatchObject({ undetermined: true });
    expect(
      about({ resourceType: 'Observation', subject: ref('Patient/p'), performer: [{ ...logical, type: 'Practitioner' }] }),
    ).toEqual(certain('p'));
  });

  test('R-030 a business resource is about the patients that it points to, at any depth', () => {
    expect(about({ resourceType: 'Device', patient: ref('Patient/p'), owner: ref('Organization/o') })).toEqual(certain('p'));
    expect(about({ resourceType: 'Group', member: [{ entity: ref('Patient/a') }, { entity: ref('Patient/b') }] })).toEqual(
      certain('a', 'b'),
    );
    expect(
      about({ resourceType: 'Device', extension: [{ url: 'x', extension: [{ url: 'y', valueReference: ref('Patient/p') }] }] }),
    ).toEqual(certain('p'));
    expect(about({ resourceType: 'Organization', name: 'x', partOf: ref('Organization/o') })).toEqual(certain());
    expect(about({ resourceType: 'Slot', schedule: ref('Schedule/s') }).pending).toEqual(['Schedule/s']);
    expect(about({ resourceType: 'Device', identifier: [{ value: '1' }], type: { text: 'Patient' } })).toEqual(certain());
    expect(inside({ resourceType: 'Device', patient: ref('Patient/p') })).toBe(false);
  });

  test('R-027 not-classified resources: directly, and through what they point to', () => {
    const list = {
      resourceType: 'List',
      subject: ref('Patient/p'),
      entry: [{ item: ref('Observation/o') }, { item: ref('Organization/x') }],
    };
    expect(about(list)).toEqual({ patients: ['p'], pending: ['Observation/o'], undetermined: false });
    expect(about({ resourceType: 'Provenance', target: [ref('Observation/o/_history/2')] })).toEqual({
      patients: [],
      pending: ['Observation/o'],
      undetermined: false,
    });
    expect(
      about({ resourceType: 'AuditEvent', entity: [{ what: ref('Patient/p') }], agent: [{ who: ref('Practitioner/x') }] }),
    ).toEqual(certain('p'));
    expect(about({ resourceType: 'Task', for: ref('Patient/p'), focus: ref('ServiceRequest/s') }).pending).toEqual([
      'ServiceRequest/s',
    ]);
    expect(about({ resourceType: 'Basic', author: ref('Practitioner/x') })).toEqual(certain());
    expect(
      about({ resourceType: 'DocumentReference', subject: { type: 'Patient', identifier: { value: '1' } } }),
    ).toMatchObject({ undetermined: true });
    expect(about({ resourceType: 'List', entry: [{ item: ref('https://other.example/fhir/Patient/1') }] })).toMatchObject({
      undetermined: true,
    });
    expect(about({ resourceType: 'List', entry: [{ item: ref('https://other.example/fhir/Organization/1') }] })).toEqual(
      certain(),
    );
    expect(about({ resourceType: 'List', entry: [{ item: ref('urn:uuid:1') }] })).toMatchObject({ undetermined: true });
    expect(about({ resourceType: 'List', entry: [{ item: { ...ref('urn:uuid:1'), type: 'Organization' } }] })).toEqual(
      certain(),
    );
  });

  test('R-028 a Binary is about whom its context is about; without one, nobody can tell', () => {
    expect(about({ resourceType: 'Binary', securityContext: ref('Patient/p') })).toEqual(certain('p'));
    expect(about({ resourceType: 'Binary', securityContext: ref('DocumentReference/d') })).toEqual({
      patients: [],
      pending: ['DocumentReference/d'],
      undetermined: false,
    });
    expect(about({ resourceType: 'Binary', contentType: 'image/png' })).toEqual(unknown);
  });

  test('R-031 an unknown type is patient data', () => {
    expect(about({ resourceType: 'Nonsense' })).toEqual(unknown);
    expect(about({ resourceType: 'Nonsense', whoever: ref('Patient/p') })).toEqual(certain('p'));
    expect(about({ resourceType: 'Device', x: ref('Nonsense/1') }).pending).toEqual(['Nonsense/1']);
    expect(about({})).toEqual(unknown);
    expect(about([])).toEqual(unknown);
    expect(about('x')).toEqual(unknown);
    expect(inside({ resourceType: 'Nonsense', subject: ref('Patient/p') })).toBe(false);
  });

  test('contained resources are parts; a contained Patient is somebody unnamed', () => {
    const observation = { resourceType: 'Observation', subject: ref('Patient/p') };
    expect(about({ ...observation, contained: [{ resourceType: 'Observation', id: 'c', subject: ref('Patient/q') }] })).toEqual(
      certain('p', 'q'),
    );
    expect(about({ ...observation, contained: [{ resourceType: 'Practitioner', id: 'c' }] })).toEqual(certain('p'));
    expect(about({ ...observation, contained: [{ resourceType: 'Patient', id: 'c' }] })).toMatchObject({ undetermined: true });
    expect(about({ ...observation, contained: { resourceType: 'Patient', id: 'c' } })).toMatchObject({ undetermined: true });
    expect(
      about({ resourceType: 'Observation', subject: ref('#c'), contained: [{ resourceType: 'Patient', id: 'c' }] }),
    ).toEqual(unknown);
    expect(about({ resourceType: 'Device', contained: [{ resourceType: 'Patient', id: 'c' }] })).toMatchObject({
      undetermined: true,
    });
    expect(inside({ resourceType: 'Observation', subject: ref('#p'), contained: [{ resourceType: 'Patient', id: 'p' }] })).toBe(
      false,
    );
  });

  test('a stored Bundle is about everybody in it', () => {
    const bundle = (...resources: readonly unknown[]) => ({
      resourceType: 'Bundle',
      entry: resources.map((resource) => ({ resource })),
    });
    const observation = { resourceType: 'Observation', subject: ref('Patient/b') };
    expect(about(bundle({ resourceType: 'Patient', id: 'a' }, observation))).toEqual(certain('a', 'b'));
    expect(about(bundle(observation, { resourceType: 'Condition' }))).toMatchObject({ patients: ['b'], undetermined: true });
    expect(about(bundle(bundle(observation)))).toEqual(certain('b'));
    expect(about(bundle({ resourceType: 'Patient' }))).toEqual(unknownWith());
    let deep: unknown = observation;
    for (let depth = 0; depth < 15; depth++) deep = bundle(deep, deep === observation ? observation : {});
    const started = process.threadCpuUsage().user / 1000;
    expect(about(deep)).toEqual(certain('b'));
    expect(process.threadCpuUsage().user / 1000 - started).toBeLessThan(100);
  });

  const unknownWith = (): PatientsOf => ({ patients: [], pending: [], undetermined: true });

  test('the same text elsewhere is not a reference', () => {
    const text = 'Patient/q';
    expect(about({ resourceType: 'Observation', subject: ref('Patient/p'), note: [{ text }], valueString: text })).toEqual(
      certain('p'),
    );
    expect(about({ resourceType: 'Observation', subject: { reference: { reference: 'Patient/q' } } })).toEqual(unknown);
    expect(about({ resourceType: 'Observation', subject: 'Patient/q' })).toEqual(unknown);
    expect(about({ resourceType: 'Observation', subject: ref('Patient\\u002fp') })).toEqual(unknown);
  });

  test('escapes in a reference are read as what they mean', () => {
    const json = scan(new TextEncoder().encode('{"resourceType":"Observation","subject":{"reference":"Patient\\/p"}}'));
    expect(patientsOf(json, json.root, tables, bases)).toEqual(certain('p'));
    expect(inCompartment(json, json.root, tables, bases, 'p')).toBe(true);
  });

  test('which types may be about a patient', () => {
    for (const type of ['Observation', 'Contract', 'List', 'Device', 'Group', 'Schedule', 'MeasureReport', 'Nonsense'])
      expect(mayBeAboutPatient(tables, type), type).toBe(true);
    for (const type of [
      'Organization',
      'Location',
      'Practitioner',
      'PractitionerRole',
      'ValueSet',
      'Medication',
      'HealthcareService',
    ])
      expect(mayBeAboutPatient(tables, type), type).toBe(false);
  });
});

const synthea = fileURLToPath(new URL('../../../../shared/data/synthea/', import.meta.url));
describe.skipIf(!existsSync(synthea))('R-030 synthetic records of one patient each', () => {
  const resourceName = name('resource');
  const entryName = name('entry');
  const idName = name('id');
  const typeName = name('resourceType');
  const files = ['hiv-r4', 'smart-r4'].flatMap((folder) =>
    readdirSync(synthea + folder)
      .filter((file) => file.endsWith('.json.gz') && /\d/.test(file))
      .slice(0, 6)
      .map((file) => `${folder}/${file}`),
  );

  test.each(files)('%s: every clinical resource is about its patient', (file) => {
    const bundle = scan(gunzipSync(readFileSync(synthea + file)));
    // Inside a transaction, references are urn:uuid: make each entry a document of its own, with references as the server would store them.
    const types = new Map<string, string>();
    const resources: JsonNode[] = [];
    const entries = bundle.member(bundle.root, entryName);
    for (let entry = bundle.first(entries); entry !== NONE; entry = bundle.next(entry)) {
      const resource = bundle.member(entry, resourceName);
      resources.push(resource);
      types.set(bundle.string(bundle.member(resource, idName)) ?? '', bundle.string(bundle.member(resource, typeName)) ?? '');
    }
    const patient = [...types].find(([, type]) => type === 'Patient')?.[0];
    let clinical = 0;
    for (const resource of resources) {
      const text = bundle
        .raw(resource)
        .replace(/urn:uuid:([0-9a-f-]{36})/g, (whole, id: string) => (types.has(id) ? `${types.get(id)}/${id}` : whole));
      const json = scan(new TextEncoder().encode(text));
      const type = tables.types.get(json.string(json.member(json.root, typeName)) ?? '');
      if (type?.category !== 'patient') continue;
      clinical++;
      expect(patientsOf(json, json.root, tables, bases).patients, type.name).toContain(patient);
      expect(inCompartment(json, json.root, tables, bases, patient ?? ''), type.name).toBe(true);
    }
    expect(clinical).toBeGreaterThan(20);
  });
});

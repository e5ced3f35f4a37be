import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fhirTables } from '../engine/src/fhir/fhir-tables.ts';
import { r4 } from '../engine/src/fhir/r4.ts';
import { containerOf } from '../engine/src/fhir/structure.ts';
import type { FhirVersion } from '../engine/src/fhir/version.ts';
import { definitionsR4 } from './tables/definitions-r4.ts';
import { generatedFiles } from './tables/generate.ts';
import { leftOut } from './tables/types.ts';

const root = new URL('../', import.meta.url);
const shared = (path: string): string => fileURLToPath(new URL(`../shared/${path}`, root));
const tables = r4();

/** Where the definitions of R4B, R5 and R6 lie (tables/README.md); without them only R4's tables are made again. */
const definitions = process.env['FIREGUARD_DEFINITIONS'];

test('the committed tables are what the generator makes', () => {
  for (const [path, text] of generatedFiles(definitions))
    expect(readFileSync(new URL(path, root), 'utf8') === text, path).toBe(true);
});

describe('R4 types', () => {
  test('R-015 every type has exactly one category, in the published numbers', () => {
    const count = (category: string): number => [...tables.types.values()].filter((type) => type.category === category).length;
    expect(tables.types.size).toBe(146);
    expect(['anonymous', 'business', 'individual', 'none', 'not-classified', 'patient'].map(count)).toEqual([
      39, 30, 2, 2, 11, 62,
    ]);
  });

  test('elements have their choices spelled out', () => {
    const observation = tables.types.get('Observation')?.elements ?? new Set();
    for (const name of ['valueQuantity', 'valueString', 'effectivePeriod', 'component', 'id', 'contained']) {
      expect(observation.has(name), name).toBe(true);
    }
    for (const name of ['value', 'value[x]', 'valueMoney', 'resourceType']) expect(observation.has(name), name).toBe(false);
  });

  const examples = shared('data/fhir-examples/r4');
  test.skipIf(!existsSync(examples))('every published example uses only elements that the table knows', () => {
    let seen = 0;
    for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
      const resource = JSON.parse(readFileSync(`${examples}/${file}`, 'utf8')) as Readonly<Record<string, unknown>>;
      const type = tables.types.get(String(resource['resourceType']));
      if (!type) continue;
      seen++;
      const unknown = Object.keys(resource).filter(
        (key) => key !== 'resourceType' && !type.elements.has(key.replace(/^_/, '')),
      );
      expect(unknown, file).toEqual([]);
    }
    expect(seen).toBeGreaterThan(100);
  });
});

describe('R4 search parameters', () => {
  test('only the listed ones are left out, each with its reason', () => {
    const missing = definitionsR4()
      .parameters.filter((parameter) =>
        parameter.base.some((base) => base === 'Resource' || base === 'DomainResource' || tables.types.has(base)),
      )
      .flatMap((parameter) => parameter.base.map((base) => ({ base, code: parameter.code })))
      .filter(({ base, code }) => {
        if (base === 'Resource' || base === 'DomainResource') return !tables.types.get('Patient')?.searchParameters.has(code);
        return tables.types.has(base) && !tables.types.get(base)?.searchParameters.has(code);
      })
      .map(({ base, code }) => `${base}.${code}`);
    expect(missing).toEqual([...leftOut.R4.keys()]);
  });

  const path = (type: string, name: string): readonly string[] | undefined =>
    tables.types.get(type)?.searchParameters.get(name)?.paths;

  test('choices are spelled out, with a cast and without', () => {
    expect(path('Observation', 'value-quantity')).toEqual(['valueQuantity', 'valueSampledData']);
    expect(path('Observation', 'date')).toEqual([
      'effectiveDateTime',
      'effectivePeriod',
      'effectiveTiming',
      'effectiveInstant',
    ]);
    expect(path('Observation', 'value-string')).toEqual(['valueString', 'valueCodeableConcept.text']);
    expect(path('MedicationRequest', 'medication')).toEqual(['medicationReference']);
    expect(path('Observation', 'combo-code-value-quantity')).toEqual([
      'code',
      'component.code',
      'valueQuantity',
      'component.valueQuantity',
    ]);
  });

  test('`resolve() is` narrows the targets and stays plain', () => {
    const patient = tables.types.get('Observation')?.searchParameters.get('patient');
    expect(patient).toMatchObject({ paths: ['subject'], targets: ['Patient'], kind: 'plain', type: 'reference' });
  });

  test('what computes is derived, with all that it reads', () => {
    const of = (type: string, name: string) => tables.types.get(type)?.searchParameters.get(name);
    expect(of('Patient', 'deceased')).toMatchObject({ kind: 'derived', paths: ['deceasedBoolean', 'deceasedDateTime'] });
    expect(of('Patient', 'phone')).toMatchObject({
      kind: 'derived',
      paths: ['telecom', 'telecom.system'],
      filter: { at: 'telecom', element: 'system', equals: 'phone' },
    });
    expect(of('Patient', 'phonetic')?.kind).toBe('derived');
    expect(of('Location', 'near')?.kind).toBe('derived');
    expect(of('Patient', '_content')?.paths).toContain('identifier');
    expect(of('Patient', '_text')?.paths).toContain('text');
    expect(of('Binary', '_text')).toBeUndefined();
  });
});

describe('R4 Patient compartment', () => {
  test('every parameter exists, is a reference, and may point to a Patient', () => {
    for (const type of tables.types.values()) {
      for (const name of type.patientCompartment) {
        if (name === 'self') expect(type.name).toBe('Patient');
        else expect(type.searchParameters.get(name)?.targets, `${type.name}.${name}`).toContain('Patient');
      }
    }
    expect([...tables.types.values()].filter((type) => type.patientCompartment.length > 0)).toHaveLength(66);
  });

  const published = shared('data/terminology/compartments-r4/CompartmentDefinition-patient.json');
  test.skipIf(!existsSync(published))('equals the definition as HL7 publishes it', () => {
    const definition = JSON.parse(readFileSync(published, 'utf8')) as {
      readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
    };
    for (const { code, param } of definition.resource) {
      const ours = tables.types.get(code)?.patientCompartment.filter((name) => name !== 'self');
      if (ours) expect([...ours].sort(), code).toEqual([...(param ?? [])].sort());
    }
  });
});

const versions = ['R4', 'R4B', 'R5', 'R6'] as const satisfies readonly FhirVersion[];

describe.each(versions)('%s', (version) => {
  const { types } = fhirTables(version);

  test('every parameter has a path that begins with an element of its type, references have targets, composites components', () => {
    for (const type of types.values()) {
      for (const parameter of type.searchParameters.values()) {
        const where = `${type.name}.${parameter.name}`;
        expect(parameter.paths.length, where).toBeGreaterThan(0);
        // The elements of R6 are not known: what a parameter reads there was found in R5's.
        if (version !== 'R6')
          for (const one of parameter.paths) expect(type.elements.has(one.split('.')[0] ?? ''), `${where} ${one}`).toBe(true);
        if (parameter.type === 'reference') expect(parameter.targets.length, where).toBeGreaterThan(0);
        for (const target of parameter.targets) expect(types.has(target), `${where} → ${target}`).toBe(true);
        if (parameter.type === 'composite') expect(parameter.components.length, where).toBeGreaterThan(1);
      }
      for (const name of type.patientCompartment)
        if (name !== 'self') expect(type.searchParameters.get(name)?.targets, `${type.name}.${name}`).toContain('Patient');
    }
  });

  test('whatever is inside an element is known as well, unless nothing is', () => {
    for (const type of types.keys()) {
      const container = containerOf(version, type);
      expect(container === undefined, type).toBe(version === 'R6');
      const seen = new Set([type]);
      for (const name of seen)
        for (const [element, { inside }] of containerOf(version, name) ?? []) {
          if (inside === undefined || inside === 'Resource' || seen.has(inside)) continue;
          expect(containerOf(version, inside), `${name}.${element}: ${inside}`).toBeDefined();
          seen.add(inside);
        }
    }
  });

  test('R-015 the categories are those that the project keeps', () => {
    const kept = JSON.parse(readFileSync(new URL('tables/security-categories.json', import.meta.url), 'utf8'))[version];
    const ours = Object.fromEntries(
      [...types.values()].map(({ name, category }) => [name, category === 'none' ? 'n/a' : category]),
    );
    if (version !== 'R4B') expect(ours).toEqual(kept);
    // Those of R4B are in its definitions; a type is what it is in R4 or R5, where these agree.
    expect(new Set(Object.values(ours))).toEqual(
      new Set(['anonymous', 'business', 'individual', 'patient', 'not-classified', 'n/a']),
    );
  });

  const categories = shared('design/security-categories.json');
  test.skipIf(!existsSync(categories) || version === 'R4B')('R-015 categories equal the catalogue of the requirements', () => {
    const catalogue = JSON.parse(readFileSync(categories, 'utf8'))[version] as Readonly<Record<string, string>>;
    expect(
      Object.fromEntries([...types.values()].map(({ name, category }) => [name, category === 'none' ? 'n/a' : category])),
    ).toEqual(catalogue);
  });
});

const publishedR5 = shared('data/terminology/compartments-r5/compartmentdefinition-patient.json');
test.skipIf(!existsSync(publishedR5))('the R5 compartment of patients equals the definition as HL7 publishes it', () => {
  const { resource } = JSON.parse(readFileSync(publishedR5, 'utf8')) as {
    readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
  };
  const { types } = fhirTables('R5');
  for (const { code, param } of resource) {
    const type = types.get(code);
    const known = (param ?? []).filter((name) => type?.searchParameters.has(name));
    expect([...(type?.patientCompartment ?? [])].filter((name) => name !== 'self').sort(), code).toEqual(known.sort());
  }
});

const r5Examples = shared('data/fhir-examples/r5');
test.skipIf(!existsSync(r5Examples))('every published example of R5 uses only elements that the table knows', () => {
  const { types } = fhirTables('R5');
  for (const file of readdirSync(r5Examples).filter((name) => name.endsWith('.json'))) {
    const resource = JSON.parse(readFileSync(`${r5Examples}/${file}`, 'utf8')) as Readonly<Record<string, unknown>>;
    const type = types.get(String(resource['resourceType']));
    expect(type, file).toBeDefined();
    const unknown = Object.keys(resource).filter((key) => key !== 'resourceType' && !type!.elements.has(key.replace(/^_/, '')));
    expect(unknown, file).toEqual([]);
  }
});

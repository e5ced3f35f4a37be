import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { r4 } from '../engine/src/fhir/r4.ts';
import { searchParameterDefinitions } from './tables/definitions.ts';
import { generatedFiles } from './tables/generate.ts';
import { leftOut } from './tables/r4.ts';

const root = new URL('../', import.meta.url);
const shared = (path: string): string => fileURLToPath(new URL(`../shared/${path}`, root));
const tables = r4();

test('the committed tables are what the generator makes', () => {
  for (const [path, text] of generatedFiles()) expect(readFileSync(new URL(path, root), 'utf8') === text, path).toBe(true);
});

describe('R4 types', () => {
  test('R-015 every type has exactly one category, in the published numbers', () => {
    const count = (category: string): number => [...tables.types.values()].filter((type) => type.category === category).length;
    expect(tables.types.size).toBe(146);
    expect(['anonymous', 'business', 'individual', 'none', 'not-classified', 'patient'].map(count)).toEqual([
      39, 30, 2, 2, 11, 62,
    ]);
  });

  const categories = shared('design/security-categories.json');
  test.skipIf(!existsSync(categories))('R-015 categories equal the catalogue of the requirements', () => {
    const { R4 } = JSON.parse(readFileSync(categories, 'utf8')) as { readonly R4: Readonly<Record<string, string>> };
    const ours = [...tables.types.values()].map((type) => [type.name, type.category === 'none' ? 'n/a' : type.category]);
    expect(Object.fromEntries(ours)).toEqual(R4);
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
    const missing = searchParameterDefinitions()
      .filter((parameter) =>
        parameter.base.some((base) => base === 'Resource' || base === 'DomainResource' || tables.types.has(base)),
      )
      .flatMap((parameter) => parameter.base.map((base) => ({ base, code: parameter.code })))
      .filter(({ base, code }) => {
        if (base === 'Resource' || base === 'DomainResource') return !tables.types.get('Patient')?.searchParameters.has(code);
        return tables.types.has(base) && !tables.types.get(base)?.searchParameters.has(code);
      })
      .map(({ base, code }) => `${base}.${code}`);
    expect(missing).toEqual([...leftOut.keys()]);
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

  test('every parameter has a path that begins with an element of its type, references have targets, composites components', () => {
    for (const type of tables.types.values()) {
      for (const parameter of type.searchParameters.values()) {
        const where = `${type.name}.${parameter.name}`;
        expect(parameter.paths.length, where).toBeGreaterThan(0);
        for (const one of parameter.paths) expect(type.elements.has(one.split('.')[0] ?? ''), `${where} ${one}`).toBe(true);
        if (parameter.type === 'reference') expect(parameter.targets.length, where).toBeGreaterThan(0);
        for (const target of parameter.targets) expect(tables.types.has(target), `${where} → ${target}`).toBe(true);
        if (parameter.type === 'composite') expect(parameter.components.length, where).toBeGreaterThan(1);
        for (const component of parameter.components)
          expect(type.searchParameters.has(component), `${where} $ ${component}`).toBe(true);
      }
    }
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

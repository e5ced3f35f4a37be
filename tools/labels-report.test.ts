/** The shipped label rules against public lists of sensitive codes and labelled patients; read in place, skipped when absent. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { labelsOf, scan } from '../engine/src/index.ts';
import { agreements, consent2Share, haveLabelData, labelData, reason, shift, shippedRules } from './labels-report.ts';

type Resource = {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: { readonly security?: readonly { readonly code: string }[] };
};

const RESTRICTED = 4;
const alone = shippedRules(false);

function labels(resource: Resource, rules = alone) {
  const document = scan(new TextEncoder().encode(JSON.stringify(resource)));
  return labelsOf(document, document.root, { rules, type: resource.resourceType, patients: ['p'] });
}

function resourcesIn(file: string): readonly Resource[] {
  const bundle = JSON.parse(readFileSync(path.join(labelData, file), 'utf8')) as { entry: { resource: Resource }[] };
  return bundle.entry.map(({ resource }) => resource);
}

describe.skipIf(!haveLabelData)('against ../shared/data/labels (skipped when absent)', () => {
  test('R-191 the rules alone find nine in ten of 4,200 listed codes, and each miss has its reason', () => {
    const found = agreements(alone, consent2Share());
    const codes = found.reduce((sum, one) => sum + one.codes, 0);
    const agreed = found.reduce((sum, one) => sum + one.agreed, 0);
    expect(codes).toBe(4213);
    expect(agreed / codes).toBeGreaterThan(0.97);
    expect(Math.min(...found.map((one) => one.agreed / one.codes))).toBeGreaterThan(0.9);
    expect(new Set(found.flatMap(({ missed }) => missed.map(reason))).size).toBeLessThan(6);
  });

  test('with value sets loaded, every code of theirs is labelled', () => {
    expect(agreements(shippedRules(true), shift()).flatMap(({ missed }) => missed)).toEqual([]);
  });

  test('R-206 what a labelling service restricted is restricted here, but what only its own lists or the context tell', () => {
    const rules = shippedRules(true);
    const before = new Map(resourcesIn('shift-tagged-pair/non-tagged.json').map((one) => [one.id, one]));
    const differ = resourcesIn('shift-tagged-pair/sls-tagged.json').flatMap((after) => {
      const theirs = after.meta?.security?.some(({ code }) => code === 'R') === true;
      const ours = labels(before.get(after.id)!, rules).confidentiality >= RESTRICTED;
      return theirs === ours ? [] : [`${theirs ? 'theirs' : 'ours'} ${after.id.replace('MaxineMayfield16', '')}`];
    });
    expect(differ.sort()).toEqual([
      // Encounters with a text only: they are marked by what belongs to them.
      'theirs EncMADandCProcedure',
      'theirs EncMASTI',
      // A brand of contraceptive that is in neither rules nor value sets.
      'theirs Loestrin',
      // A quantity of a hormone that is measured for many reasons.
      'theirs hCGSerumQuantDandC',
      'theirs hCGSerumQuantMedAbort',
    ]);
  });

  test('the demonstration patients are labelled as their stories go', () => {
    const found = (file: string) =>
      new Set(
        resourcesIn(`shift-demo-patients/${file}`)
          .filter(Boolean)
          .flatMap((one) => labels(one).sensitivities),
      );
    expect([...found('Bundle-AllOfCarlFrederickson.json')]).toEqual(expect.arrayContaining(['MH', 'OPIOIDUD', 'PSYTHPN']));
    expect([...found('2Asample.json')]).toContain('SDV');
    expect([...found('Bundle-AllOfMonicaRambeau.json')]).toEqual(expect.arrayContaining(['SEX', 'STD', 'HIV', 'PREGNANT']));
    expect(readdirSync(path.join(labelData, 'shift-demo-patients'))).toHaveLength(5);
  });
});

test('words stand where they mean it: hives are no HIV, and pain is no misuse', () => {
  const condition = (text: string) => labels({ resourceType: 'Condition', id: 'c', code: { text } } as Resource).sensitivities;
  expect(condition('Hives after penicillin')).toEqual([]);
  expect(condition('HIV positive')).toEqual(['HIV']);
  expect(condition('AIDS')).toEqual([]);
  expect(condition('Acquired immune deficiency syndrome')).toEqual(['HIV']);
  const order = {
    resourceType: 'MedicationRequest',
    id: 'm',
    medicationCodeableConcept: { text: 'Oxycodone 5 mg' },
  } as Resource;
  expect(labels(order).sensitivities).toEqual([]);
  expect(
    labels({ ...order, resourceType: 'Observation', code: { text: 'Oxycodone in urine' } } as Resource).sensitivities,
  ).toEqual(['SUD']);
});

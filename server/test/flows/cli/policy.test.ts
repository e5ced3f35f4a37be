/** `fireguard policy`, as a privacy officer runs it before anything is started. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fireguard } from './kit.ts';

const kept = JSON.parse(readFileSync(new URL('../../../../tools/tables/security-categories.json', import.meta.url), 'utf8'));

test('R-015 the category of every type, for each FHIR version', async () => {
  for (const version of ['R4', 'R5', 'R6']) {
    const { status, out } = await fireguard(['policy', 'categories', '--fhir-version', version, '--json']);
    expect([status, JSON.parse(out)], version).toEqual([0, kept[version]]);
  }
  const { out } = await fireguard(['policy', 'categories', '--fhir-version', 'r4b']);
  expect(out).toMatch(/^SubscriptionTopic +business$/m);
  expect(out).toMatch(/^Patient +patient$/m);
  expect(out).toContain('Any other type counts as patient.');
});

test('the policies that come along can be used with every version', async () => {
  for (const version of ['R4', 'R4B', 'R5', 'R6'])
    expect((await fireguard(['policy', 'check', '--fhir-version', version])).status, version).toBe(0);
  expect((await fireguard(['policy', 'check', '--fhir-version', 'R3'])).err).toContain('R4, R4B, R5, R6');
});

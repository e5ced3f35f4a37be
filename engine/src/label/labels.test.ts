import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { scan } from '../json/scan.ts';
import { carriesLabel } from './carries-label.ts';
import { type Clearance, isCleared } from './is-cleared.ts';
import { type Labels, noLabels } from './labels.ts';
import { labelsOf } from './labels-of.ts';

const CONF = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const VALUE = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const INLINE = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';
const [N, R, V] = [3, 4, 5];

function read(resource: unknown): Labels {
  const document = scan(new TextEncoder().encode(typeof resource === 'string' ? resource : JSON.stringify(resource)));
  return labelsOf(document, document.root);
}
const labelled = (...security: unknown[]) => ({ resourceType: 'Observation', meta: { security } });
const clears = (
  confidentiality: 'N' | 'R' | 'V',
  sensitivities: readonly string[] | '*' = [],
  other: readonly string[] | '*' = [],
): Clearance => ({
  confidentiality,
  sensitivities: sensitivities === '*' ? '*' : new Set(sensitivities),
  other: other === '*' ? '*' : new Set(other),
});
const everything = clears('V', '*', '*');

describe('reading labels', () => {
  test('a resource without labels is the common case', () => {
    expect(read({ resourceType: 'Observation', meta: { versionId: '1' }, code: { text: 'x' } })).toBe(noLabels);
  });

  test('R-186 the highest confidentiality counts, sensitivities and others are kept each', () => {
    const labels = read(
      labelled(
        { system: CONF, code: 'N' },
        { system: CONF, code: 'R' },
        { system: ACT, code: 'HIV' },
        { system: ACT, code: 'SUD' },
      ),
    );
    expect(labels).toMatchObject({ confidentiality: R, sensitivities: ['HIV', 'SUD'], other: [] });
  });

  test.each([
    ['a code that the system does not have', { system: CONF, code: 'X' }],
    ['a retired code', { system: CONF, code: 'HIV' }],
    ['no code', { system: CONF }],
    ['no system', { code: 'N' }],
    ['a code that is no text', { system: CONF, code: 5 }],
    ['nothing', {}],
    ['null', null],
    ['a text', 'N'],
    ['an unknown system', { system: 'http://example.org/labels', code: 'x' }],
    ['an unknown sensitivity', { system: ACT, code: 'NEWTHING' }],
    ['an unknown integrity code', { system: VALUE, code: 'x' }],
  ])('I5 %s counts as very restricted', (_, label) => {
    expect(read(labelled(label)).confidentiality).toBe(V);
    expect(isCleared(read(labelled(label)), clears('R', '*', '*'))).toBe(false);
  });

  test('I5 labels in a shape that nobody expects count as very restricted', () => {
    expect(read({ meta: { security: 'R' } }).confidentiality).toBe(V);
    expect(read({ meta: { security: { system: CONF, code: 'R' } } }).confidentiality).toBe(R);
    expect(read({ meta: { security: [[{ system: CONF, code: 'R' }]] } }).confidentiality).toBe(R);
  });

  test('older spellings of a system are the same system', () => {
    expect(read(labelled({ system: 'http://hl7.org/fhir/v3/Confidentiality', code: 'R' })).confidentiality).toBe(R);
    const old = read(labelled({ system: 'http://hl7.org/fhir/v3/ActCode', code: 'NOPAT' }));
    expect(carriesLabel(old, [{ system: ACT, code: 'NOPAT' }], 'deny')).toBe(true);
  });

  test.each([
    [
      'a contained resource',
      { contained: [{ resourceType: 'Medication', meta: { security: [{ system: CONF, code: 'R' }] } }] },
    ],
    ['an entry of a stored Bundle', { entry: [{ resource: { meta: { security: [{ system: CONF, code: 'R' }] } } }] }],
    ['an inline label', { note: [{ extension: [{ url: INLINE, valueCoding: { system: CONF, code: 'R' } }] }] }],
    ['an inline label on a primitive', { _status: { extension: [{ url: INLINE, valueCoding: { system: CONF, code: 'R' } }] } }],
    ['the label of a document', { securityLabel: [{ coding: [{ system: CONF, code: 'R' }] }] }],
    ['the label of what an audit event is about', { entity: [{ securityLabel: [{ system: CONF, code: 'R' }] }] }],
  ])('R-204 the whole carries what is on %s', (_, part) => {
    expect(read({ resourceType: 'X', meta: { security: [{ system: CONF, code: 'N' }] }, ...part }).confidentiality).toBe(R);
  });

  test('R-203 an inline label is found however its URL is escaped, and counts as very restricted without a value', () => {
    expect(
      read(
        `{"note":[{"extension":[{"url":"http:\\/\\/hl7.org\\/fhir\\/uv\\/security-label-ds4p\\/StructureDefinition\\/extension\\u002dinline-sec-label","valueCoding":{"system":"${CONF}","code":"R"}}]}]}`,
      ).confidentiality,
    ).toBe(R);
    expect(read({ note: [{ extension: [{ url: INLINE }] }] }).confidentiality).toBe(V);
  });

  test('what only looks like a label is none', () => {
    expect(read({ resourceType: 'CapabilityStatement', rest: [{ security: { cors: true } }] })).toBe(noLabels);
    expect(read({ resourceType: 'Consent', provision: { securityLabel: [{ system: CONF, code: 'R' }] } })).toBe(noLabels);
    expect(
      read({ resourceType: 'Consent', provision: { provision: [{ securityLabel: [{ system: CONF, code: 'R' }] }] } }),
    ).toBe(noLabels);
  });

  test('labels of a neighbour in the same document are not its own', () => {
    const document = scan(
      new TextEncoder().encode(JSON.stringify([labelled({ system: CONF, code: 'N' }), labelled({ system: CONF, code: 'V' })])),
    );
    expect(labelsOf(document, document.first(document.root)).confidentiality).toBe(N);
  });
});

describe('clearance', () => {
  test.each([
    ['U', true],
    ['L', true],
    ['M', true],
    ['N', true],
    ['R', false],
    ['V', false],
  ])('%s without any clearance: %s', (code, cleared) => {
    expect(isCleared(read(labelled({ system: CONF, code })), clears('N'))).toBe(cleared);
  });

  test('R-186 each label must be cleared, not just one', () => {
    const labels = read(labelled({ system: CONF, code: 'R' }, { system: ACT, code: 'HIV' }, { system: ACT, code: 'ETH' }));
    expect(isCleared(labels, clears('R', ['HIV']))).toBe(false);
    expect(isCleared(labels, clears('N', ['HIV', 'ETH']))).toBe(false);
    expect(isCleared(labels, clears('R', ['HIV', 'ETH']))).toBe(true);
  });

  test('a sensitivity clears what it subsumes, and not what subsumes it; ETH is not below SUD', () => {
    const carries = (code: string) => read(labelled({ system: ACT, code }));
    expect(isCleared(carries('OPIOIDUD'), clears('N', ['SUD']))).toBe(true);
    expect(isCleared(carries('SUD'), clears('N', ['OPIOIDUD']))).toBe(false);
    expect(isCleared(carries('ETH'), clears('N', ['SUD']))).toBe(false);
    expect(isCleared(carries('OPIOIDUD'), clears('N', ['SPI']))).toBe(true);
  });

  test.each([
    ['test data', { system: REASON, code: 'HTEST' }],
    ['SUBSETTED', { system: VALUE, code: 'SUBSETTED' }],
    ['an integrity code', { system: VALUE, code: 'HRELIABLE' }],
    ['a purpose', { system: REASON, code: 'TREAT' }],
    ['a duty of the recipient', { system: ACT, code: 'NOREUSE' }],
    ['the flag of inline labels', { system: ACT, code: 'PROCESSINLINELABEL' }],
  ])('%s needs no clearance, and is none', (_, label) => {
    expect(isCleared(read(labelled(label)), clears('N'))).toBe(true);
    expect(isCleared(read(labelled(label, { system: CONF, code: 'R' })), clears('N'))).toBe(false);
  });

  test.each(['COMPT', '42CFRPart2', 'NODSCLCD', 'NOAUTH', 'REDACT', 'MASK'])('%s must be cleared by name', (code) => {
    const labels = read(labelled({ system: ACT, code }));
    expect(isCleared(labels, clears('V', '*'))).toBe(false);
    expect(isCleared(labels, clears('N', [], [`${ACT}|${code}`]))).toBe(true);
    expect(isCleared(labels, everything)).toBe(true);
  });
});

describe('labels as conditions of rules', () => {
  const restricted = [{ system: CONF, code: 'R' }];
  const carries = (code: string, effect: 'permit' | 'deny') =>
    carriesLabel(read(labelled({ system: CONF, code })), restricted, effect);

  test('D3 a deny of R reaches V too, a permit for R reaches lower levels, never what has no label', () => {
    expect([carries('N', 'deny'), carries('R', 'deny'), carries('V', 'deny')]).toEqual([false, true, true]);
    expect([carries('N', 'permit'), carries('R', 'permit'), carries('V', 'permit')]).toEqual([true, true, false]);
    expect([carriesLabel(noLabels, restricted, 'permit'), carriesLabel(noLabels, restricted, 'deny')]).toEqual([false, false]);
  });

  test('a sensitivity reaches what it subsumes', () => {
    const labels = read(labelled({ system: ACT, code: 'OPIOIDUD' }));
    expect(carriesLabel(labels, [{ system: ACT, code: 'SPI' }], 'deny')).toBe(true);
    expect(carriesLabel(labels, [{ system: ACT, code: 'MH' }], 'deny')).toBe(false);
  });
});

const samples = path.resolve(import.meta.dirname, '../../../../shared/data/labels/ds4p');

describe.skipIf(!existsSync(samples))('on the published DS4P examples (../shared/data/labels, skipped when absent)', () => {
  test('R-203 the inline labels of the Immunization are read, and being about its reliability they close nothing', () => {
    const labels = read(readFileSync(path.join(samples, 'extension-inline-sec-label-immunization.json'), 'utf8'));
    expect(labels.all.map(({ code }) => code)).toEqual(['PROCESSINLINELABEL', 'UNCERTREL', 'PATRPT']);
    expect(isCleared(labels, clears('N'))).toBe(true);
  });
});

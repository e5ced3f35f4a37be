import { expect, test } from 'vitest';
import { scan } from '../json/scan.ts';
import { labelsOf } from './labels.ts';

const labels = (resource: object) => {
  const document = scan(new TextEncoder().encode(JSON.stringify(resource)));
  return labelsOf(document, document.root);
};
const R = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' };
const inline = {
  url: 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label',
  valueCoding: R,
};

test.each([
  ['its own', { meta: { security: [R] } }],
  ['one of what is contained', { contained: [{ resourceType: 'Basic', meta: { security: [R] } }] }],
  ['one of an entry', { entry: [{ resource: { resourceType: 'Basic', meta: { security: [R] } } }] }],
  ['that of a document', { securityLabel: [{ coding: [R] }] }],
  ['one of an element', { note: [{ extension: [inline], text: 'x' }] }],
  ['one that cannot be read', { meta: { security: 'R' } }],
])('R-083 a label that is read is one that a writer must not choose: %s', (_, more) => {
  expect(labels({ resourceType: 'Basic' })).toEqual([]);
  expect(labels({ resourceType: 'Basic', ...more })).toHaveLength(1);
});

test('the criterion of a consent is no label', () => {
  expect(labels({ resourceType: 'Consent', provision: { securityLabel: [R], provision: [{ securityLabel: [R] }] } })).toEqual(
    [],
  );
});

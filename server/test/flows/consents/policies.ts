/** Who may do what with consents in these tests, as a policy file in a folder of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const policy = {
  policySet: 'consents-at-the-door',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-treat',
      description: 'A physician may read the record of a patient in their care, but no consents.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: ['read', 'search'],
      resources: { types: ['Patient', 'Observation'] },
    },
    {
      id: 'the-consent-office-keeps-consents',
      description: 'The consent office reads and writes the consents of every patient.',
      effect: 'permit',
      caller: { roles: ['consent-office', 'backend-service'] },
      interactions: ['read', 'vread', 'search', 'create', 'update', 'patch', 'delete', 'history-instance', 'history-type'],
      resources: { types: ['Consent'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
      consentExempt: 'Who keeps consents must see them.',
    },
    {
      id: 'services-read-patients',
      description: 'Services read who the patients are.',
      effect: 'permit',
      caller: { roles: ['backend-service'] },
      interactions: ['read'],
      resources: { types: ['Patient'] },
    },
    {
      id: 'patients-read-their-consents',
      description: 'Patients read their own consents.',
      effect: 'permit',
      caller: { roles: ['patient'], relations: ['self'] },
      interactions: ['read', 'vread', 'search'],
      resources: { types: ['Consent'] },
    },
  ],
};

/** The path of the file. */
export function consentPolicies(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'fireguard-consents-')), 'policy.json.yaml');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

export function optOut(patient: string, more: object = {}): object {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
    dateTime: '2026-01-05',
    provision: { type: 'deny' },
    ...more,
  };
}

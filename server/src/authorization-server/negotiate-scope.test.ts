import { fhirTables, r4 } from '@fireguard/engine';
import { describe, expect, test } from 'vitest';
import { negotiateScope } from './negotiate-scope.ts';

const registered = 'openid fhirUser profile launch/patient offline_access patient/*.cruds user/*.rs system/*.rs';
const laboratory = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

describe('R-101 what could be granted', () => {
  test.each([
    ['openid fhirUser launch/patient patient/Observation.rs', 'openid fhirUser launch/patient patient/Observation.rs'],
    ['patient/*.read', 'patient/*.read'],
    ['user/*.cruds', 'user/*.rs'],
    ['user/Observation.write', ''],
    // malformed scopes are dropped, never partly read.
    ['patient/Observation.dus patient/Observation.dr patient/observation.rs', ''],
    // A type that does not exist cannot be enforced.
    ['patient/Unicorn.rs', ''],
    // system/ scopes are for backend services.
    ['system/*.rs', ''],
    // No EHR launch, no encounter picker yet: nothing is promised.
    ['launch launch/encounter', ''],
    // Claims of an identity need one.
    ['fhirUser patient/*.rs', 'patient/*.rs'],
    [laboratory, laboratory],
    // what the gateway cannot enforce is not granted, and never widened.
    ['patient/Observation.rs?code:in=http://example.org/vs', ''],
    ['patient/Observation.rs?patient.name=x', ''],
    ['patient/Observation.rs?nonsense=1', ''],
    ['patient/*.rs?category=laboratory', ''],
    // What the gateway's matcher can hold is.
    ['patient/Observation.rs?date=ge2024-01-01', 'patient/Observation.rs?date=ge2024-01-01'],
    ['patient/Observation.rs?code:not=http://loinc.org|4548-4', 'patient/Observation.rs?code:not=http://loinc.org|4548-4'],
    ['patient/*.rs?_lastUpdated=ge2024', 'patient/*.rs?_lastUpdated=ge2024'],
  ])('a person’s app that asks for %s gets %j', (asked, granted) => {
    expect(negotiateScope(asked, registered, 'user', r4()).join(' ')).toBe(granted);
  });

  test('R-106 a backend service gets system scopes only', () => {
    expect(negotiateScope('system/*.rs patient/*.rs openid offline_access', registered, 'system', r4())).toEqual([
      'system/*.rs',
    ]);
    expect(negotiateScope('system/Patient.cruds', registered, 'system', r4())).toEqual(['system/Patient.rs']);
  });

  test('types are those of the FHIR version that is served', () => {
    const ask = (type: string, version: 'R4' | 'R5') =>
      negotiateScope(`patient/${type}.rs`, registered, 'user', fhirTables(version));
    expect(ask('DeviceUseStatement', 'R4')).toEqual(['patient/DeviceUseStatement.rs']);
    expect(ask('DeviceUsage', 'R4')).toEqual([]);
    expect(ask('DeviceUsage', 'R5')).toEqual(['patient/DeviceUsage.rs']);
    expect(ask('DeviceUseStatement', 'R5')).toEqual([]);
  });
});

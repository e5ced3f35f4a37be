/** `obligations: { rationale: true }` (architecture §6) in the whole flow: whoever says why is let in, whoever does not is told to, and nothing else. */
import { expect, test } from 'vitest';
import { ask } from '../../test/host.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { r4 } from '../fhir/r4.ts';
import { compilePolicies } from '../policy/compile-policies.ts';

const rule = (id: string, more: object) => ({
  ...{ id, description: 'The rule of the test.', effect: 'permit', interactions: ['read', 'search'] },
  ...{ resources: { types: ['Patient'] }, ...more },
});
const demanding = rule('demanding', { obligations: { rationale: true } });
const patient = { resourceType: 'Patient', id: 'anna', gender: 'female', birthDate: '1970-05-06' };

function asking(rules: readonly object[], target: string, rationale?: string) {
  const policies = compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], r4());
  const caller = rationale === undefined ? {} : { rationale };
  return ask({ upstream: new SmallUpstream([patient]), policies, caller }, { target });
}

test('a reason lets in, and without one the answer says that one is needed, whether or not there is anything', () => {
  expect(asking([demanding], '/Patient/anna', 'the patient called').status).toBe(200);
  const [there, absent, search] = ['/Patient/anna', '/Patient/nobody', '/Patient'].map((target) => asking([demanding], target));
  expect([there!.status, there!.text, there!.sent]).toEqual([403, absent!.text, []]);
  expect(search!.text).toBe(there!.text);
  expect(there!.text).toContain('Fireguard-Reason');
  expect(there!.outcome?.decision.rules).toEqual(['demanding']);
});

test('a rule that asks for none lets in as it did, and the other adds to it for a reason', () => {
  const plain = rule('plain', { mask: ['Patient.birthDate'] });
  expect(asking([plain, demanding], '/Patient/anna').json.birthDate).toBeUndefined();
  expect(asking([plain, demanding], '/Patient/anna', 'the patient called').json.birthDate).toBe('1970-05-06');
});

test('a reason is no permit, and beats no deny', () => {
  const deny = { ...rule('no', {}), effect: 'deny' };
  expect(asking([rule('other', { resources: { types: ['Observation'] } })], '/Patient/anna', 'because').text).not.toContain(
    'Reason',
  );
  expect(asking([demanding, deny], '/Patient/anna', 'because').status).toBe(403);
  expect(asking([demanding, deny], '/Patient/anna').text).not.toContain('Fireguard-Reason');
});

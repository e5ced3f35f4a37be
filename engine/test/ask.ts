/** Small policies, callers, resources and facts for the tests of `decide`: each test says only what matters to it. */
import type { Caller } from '../src/caller.ts';
import { decide } from '../src/decision/decide.ts';
import type { Candidate, KnownFacts, Permit } from '../src/decision/permit.ts';
import type { Relation } from '../src/enforcement/need.ts';
import { r4 } from '../src/fhir/r4.ts';
import { scan } from '../src/json/scan.ts';
import { compilePolicies } from '../src/policy/compile-policies.ts';
import type { Interaction } from '../src/request/request.ts';
import { parseScopes } from '../src/scope/parse-scope.ts';

export const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONF = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const tables = r4();
export const now = Date.UTC(2026, 4, 1);
export const bases = { ours: 'https://gateway.example/fhir', upstream: 'http://upstream.example/fhir' };

export interface Words {
  readonly id: string;
  readonly effect?: 'permit' | 'deny';
  readonly [key: string]: unknown;
}

export function policiesOf(rules: readonly Words[]) {
  const full = rules.map((rule) => ({
    description: `The rule ${rule.id} says so.`,
    effect: 'permit',
    interactions: { group: ['C', 'R', 'U', 'D'] },
    ...(rule.effect === 'deny'
      ? {}
      : { resources: { types: ['Observation', 'Patient', 'Device', 'Organization', 'Encounter'] } }),
    ...rule,
  }));
  return compilePolicies([{ policySet: 'test', version: 1, combining: 'deny-overrides', rules: full }], tables);
}

export function callerOf(changes: Partial<Caller> & { readonly scope?: string } = {}): Caller {
  const { scope = 'user/*.cruds', ...rest } = changes;
  return {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u', name: 'U', fhirUser: 'Practitioner/doc' },
    roles: ['nurse'],
    scopes: parseScopes(scope),
    patient: undefined,
    purposes: [],
    token: { id: 't', issuer: 'https://as.example', expiresAt: now + 1 },
    address: '127.0.0.1',
    ...rest,
  };
}

export function ask(
  rules: readonly Words[],
  changes: Parameters<typeof callerOf>[0] = {},
  type = 'Observation',
  interaction: Interaction = 'read',
) {
  return decide({ caller: callerOf(changes), interaction, type, policies: policiesOf(rules), tables, bases, now });
}

export function permitOf(...given: Parameters<typeof ask>): Permit {
  const decided = ask(...given);
  if (decided.kind !== 'permit') throw new Error(decided.decision.reason);
  return decided;
}

export function candidateOf(resource: Record<string, unknown> = {}, patients: readonly string[] = ['ann']): Candidate {
  const type = (resource['resourceType'] as string | undefined) ?? 'Observation';
  const id = (resource['id'] as string | undefined) ?? 'x';
  const subject = patients[0] === undefined ? {} : { subject: { reference: `Patient/${patients[0]}` } };
  const document = scan(new TextEncoder().encode(JSON.stringify({ resourceType: type, id, ...subject, ...resource })));
  return { type, id, document, node: document.root, patients, undetermined: false };
}

export function factsOf(
  relations: Record<string, readonly Relation[]> = {},
  patients: readonly string[] = ['ann', 'bob'],
): KnownFacts {
  return { relations: new Map(Object.entries(relations)), consents: new Map(patients.map((patient) => [patient, []])) };
}

export const labelled = (...codes: string[]) => ({
  meta: { security: codes.map((code) => ({ system: /^[NRV]$/.test(code) ? CONF : ACT, code })) },
});

/** One text for policies as they are: an export that began under others is stopped. */
import { createHash } from 'node:crypto';
import type { CompiledPolicies } from '@fireguard/engine';

const known = new WeakMap<CompiledPolicies, string>();

export function policyFingerprint(policies: CompiledPolicies): string {
  const before = known.get(policies);
  if (before !== undefined) return before;
  const text = JSON.stringify([policies.sets, policies.rules], (_key, value: unknown) =>
    value instanceof Set ? [...value] : value instanceof Map ? [...value] : value,
  );
  const fingerprint = createHash('sha256').update(text).digest('base64url');
  known.set(policies, fingerprint);
  return fingerprint;
}

/** IHE PCF vol. 1 §53.2.1: the policies that hold where no Consent says anything, and that a Consent may name as its base. */
import { purposeSystem } from '../terminology/purpose.ts';
import type { ConsentRules } from './consent-effect.ts';
import type { Provision } from './directive.ts';

const BASE = 'https://profiles.ihe.net/ITI/PCF/Policy-';

const purpose = (code: string) => [{ element: 'purpose', values: [{ system: purposeSystem, code }] }] as const;
const everyone = { conditions: [], exceptions: [] } as const;

const policies: Readonly<Record<Exclude<ConsentRules['implicit'], 'policy'>, Provision>> = Object.freeze({
  'basic-normal': {
    effect: 'deny',
    conditions: [],
    exceptions: [{ effect: 'permit', conditions: purpose('TREAT'), exceptions: [] }],
  },
  'all-normal': { effect: 'permit', ...everyone },
  'break-glass-only': {
    effect: 'deny',
    conditions: [],
    exceptions: [{ effect: 'permit', conditions: purpose('BTG'), exceptions: [] }],
  },
  deny: { effect: 'deny', ...everyone },
});

export function implicitProvision(name: Exclude<ConsentRules['implicit'], 'policy'>): Provision {
  return policies[name];
}

/** By its URI. */
export function implicitPolicy(uri: unknown): Provision | undefined {
  if (typeof uri !== 'string' || !uri.startsWith(BASE)) return undefined;
  const name = uri.slice(BASE.length);
  return Object.hasOwn(policies, name) ? policies[name as keyof typeof policies] : undefined;
}

/**
 * FHIR R6 Permission.combining, XACML 3.0 Appendix C: what a set's algorithm means for the decision. Between sets it is always deny-overrides, and
 * around all of them what nobody permits is denied; scopes, labels and consents bind whatever the algorithm says.
 */
import type { CompiledSet } from './compiled.ts';
import type { Combining, PolicyDocument, PolicyRule } from './document.ts';

const meaning = {
  'deny-overrides': { permitFirst: false, ordered: false },
  'permit-overrides': { permitFirst: true, ordered: false },
  'ordered-deny-overrides': { permitFirst: false, ordered: true },
  'ordered-permit-overrides': { permitFirst: true, ordered: true },
  // Without a permit of its own, the set itself denies, and so against the permits of all others.
  'deny-unless-permit': { permitFirst: true, ordered: false },
  // A last permit for everything, which any deny of the set beats.
  'permit-unless-deny': { permitFirst: false, ordered: false },
} as const satisfies Record<Combining, Pick<CompiledSet, 'permitFirst' | 'ordered'>>;

export const combinings = Object.freeze(Object.keys(meaning)) as readonly Combining[];

export function compileSet({ policySet, version, combining }: PolicyDocument): CompiledSet {
  return Object.freeze({ name: policySet, version, combining, ...meaning[combining] });
}

/** The rules as written, and the permit that permit-unless-deny stands for: for those who signed in, up to normal confidentiality. */
export function rulesOf({ policySet, combining, rules }: PolicyDocument): readonly PolicyRule[] {
  if (combining !== 'permit-unless-deny') return rules;
  return [
    ...rules,
    {
      id: `${policySet}-unless-denied`,
      description: `Whatever no rule of policy set ${policySet} denies is permitted, up to normal confidentiality.`,
      effect: 'permit',
      interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
      resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
    },
  ];
}

/**
 * Permits made to measure, so that the flow can be tested apart from the policy language (sight `full`, masks and errors that no policy of
 * today can express). A test file puts `decideByTable` in the place of `decide`.
 */
import {
  type Candidate,
  type DenyAs,
  type KnownFacts,
  mintPermit,
  type Permit,
  type Refusal,
  type Sight,
} from '../src/decision/permit.ts';

export interface TestRule {
  /** Visible unless it says otherwise. */
  readonly sees?: (candidate: Candidate, facts: KnownFacts) => boolean;
  readonly mask?: readonly string[] | ((candidate: Candidate) => readonly string[]);
  readonly maskable?: readonly string[];
  readonly mayLabel?: boolean;
  readonly sight?: Sight;
  readonly onlyPatient?: string;
  readonly needs?: Partial<Permit['needs']>;
  readonly denyAs?: DenyAs;
  readonly refuse?: DenyAs;
  readonly cause?: Refusal['decision']['cause'];
}

/** Rules by `interaction`, by `interaction Type`, or `*`. */
export type TestPolicies = Readonly<Record<string, TestRule>>;

export function decideByTable({
  interaction,
  type,
  policies,
}: {
  interaction: string;
  type: string;
  policies: unknown;
}): Permit | Refusal {
  const table = policies as TestPolicies;
  const rule = table[`${interaction} ${type}`] ?? table[interaction] ?? table['*'] ?? { refuse: 'forbidden' };
  if (rule.refuse !== undefined) {
    return {
      kind: 'refusal',
      decision: { effect: 'deny', rules: ['test'], reason: 'SECRET-REASON', cause: rule.cause ?? 'policy' },
      denyAs: rule.refuse,
    };
  }
  const mask = rule.mask ?? [];
  return mintPermit({
    type,
    decision: { effect: 'permit', rules: ['test'], reason: 'by table', cause: undefined },
    sight: rule.sight ?? 'filtered',
    maskable: rule.maskable ?? (typeof mask === 'function' ? [] : mask),
    needs: { relations: false, consents: false, memberships: false, ...rule.needs },
    onlyPatient: rule.onlyPatient,
    judge: (candidate, facts) =>
      (rule.sees ?? (() => true))(candidate, facts)
        ? {
            effect: 'permit',
            decision: { effect: 'permit', rules: ['test'], reason: 'seen', cause: undefined },
            mask: typeof mask === 'function' ? mask(candidate) : mask,
            obligations: [],
            reach: 3,
            mayLabel: rule.mayLabel ?? false,
          }
        : {
            effect: 'deny',
            decision: { effect: 'deny', rules: ['test'], reason: 'SECRET-REASON', cause: 'policy' },
            denyAs: rule.denyAs ?? 'not-found',
          },
  });
}

/** Visible when no label says otherwise. */
export function unlabelled({ document, node }: Candidate): boolean {
  return !document.raw(node).includes('"code":"R"');
}

export const hidden = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

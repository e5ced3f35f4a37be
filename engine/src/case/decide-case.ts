/** Decides one case as a request would be decided, holds it against what it expects, and explains it. */

import { type Explanation, explain } from '../decision/explain.ts';
import type { DecideInput } from '../decision/question.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { FhirVersion } from '../fhir/version.ts';
import type { CompiledLabelRules } from '../label/label-rules.ts';
import type { CompiledPolicies } from '../policy/compiled.ts';
import { Problem } from '../problem.ts';
import { type CallerWords, type Case, type CaseResult, expectations } from './case.ts';
import { caseAsks, caseBases, caseCaller, caseCandidate, caseFacts, caseProtection, caseTime } from './case-input.ts';

export type Callers = Readonly<Record<string, CallerWords>>;

/** The policies in force, and the FHIR version for which they were compiled. */
export interface CaseWorld {
  readonly policies: CompiledPolicies;
  readonly tables: FhirTables;
  /** For cases that are labelled by rules. */
  readonly labelRules?: CompiledLabelRules | undefined;
}

/** One for each version that cases speak of. */
export type WorldOf = (version: FhirVersion) => CaseWorld;

export interface DecidedCase {
  readonly result: CaseResult;
  readonly explanation: Explanation;
}

/** What a pseudonym looks like is nothing that a case could say. */
const anyPseudonyms: DecideInput['pseudonyms'] = { of: (_project, _type, id) => id, behind: () => undefined, days: () => -1 };

/** `callers`: those whom cases may name. Throws Problem `policy-invalid` for one that is not there. */
export function decideCase(one: Case, callers: Callers, worldOf: WorldOf): DecidedCase {
  const { policies, tables, labelRules } = worldOf(one.fhirVersion ?? 'R4');
  const words = callers[one.caller];
  if (words === undefined)
    throw new Problem('policy-invalid', 'A file of cases is not valid.', {
      detail: `case “${one.case}”: there is no caller ${one.caller}`,
    });
  const now = caseTime(one);
  const input: DecideInput = {
    caller: caseCaller({ ...words, ...one.but }, now),
    ...caseAsks(one),
    policies,
    tables,
    bases: caseBases,
    protection: caseProtection(one, labelRules),
    pseudonyms: anyPseudonyms,
    now,
  };
  const candidate = caseCandidate(one, tables);
  const explanation = explain(input, candidate, caseFacts(one, candidate));
  return { result: resultOf(explanation), explanation };
}

function resultOf({ result }: Explanation): CaseResult {
  const { rules, cause } = result.decision;
  const nothing = { mask: undefined, obligations: undefined, denyAs: undefined, stepUp: undefined };
  if ('kind' in result)
    return { ...nothing, expect: 'refused', rules, cause, denyAs: result.denyAs, stepUp: result.stepUp?.acr };
  if (result.effect === 'deny') return { ...nothing, expect: 'deny', rules, cause, denyAs: result.denyAs };
  const obligations = result.obligations.flatMap((one) => (one.kind === 'label' ? [one.code] : []));
  return { ...nothing, expect: 'permit', rules, cause, mask: [...result.mask].sort(), obligations: [...obligations].sort() };
}

export interface Difference {
  readonly key: (typeof expectations)[number] | 'withholds' | 'shows';
  readonly expected: unknown;
  readonly found: unknown;
}

/** What a case expects and did not get; empty when it holds. */
export function differences(one: Case, result: CaseResult): readonly Difference[] {
  return [...plainDifferences(one, result), ...maskDifferences(one, result)];
}

function plainDifferences(one: Case, result: CaseResult): readonly Difference[] {
  return expectations.flatMap((key) => {
    const written = one[key];
    if (written === undefined) return [];
    const expected = key === 'mask' || key === 'obligations' ? [...(written as readonly string[])].sort() : written;
    return JSON.stringify(expected) === JSON.stringify(result[key]) ? [] : [{ key, expected, found: result[key] }];
  });
}

/** An element is withheld when the mask names it or what it stands in; it is shown when the mask names neither. */
function maskDifferences({ withholds = [], shows = [] }: Case, { mask = [] }: CaseResult): readonly Difference[] {
  const covered = (path: string): boolean => mask.some((masked) => path === masked || path.startsWith(`${masked}.`));
  const shown = withholds.filter((path) => !covered(path));
  const withheld = shows.filter(covered);
  return [
    ...(shown.length === 0 ? [] : [{ key: 'withholds', expected: withholds, found: `${shown.join(', ')} shown` } as const]),
    ...(withheld.length === 0 ? [] : [{ key: 'shows', expected: shows, found: `${withheld.join(', ')} withheld` } as const]),
  ];
}

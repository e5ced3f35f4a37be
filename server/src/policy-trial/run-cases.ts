/**
 * Trying policies before they bite: runs cases, explains one, compares two policies. Nothing here is in the path of a request; what is decided is decided
 * by the engine, as it would be for a request.
 */
import {
  type Callers,
  type Case,
  type CaseBook,
  caseSentence,
  type Difference,
  decideCase,
  differences,
  type WorldOf,
} from '@fireguard/engine';

export interface FailedCase {
  readonly book: string;
  readonly case: string;
  readonly differences: readonly Difference[];
  /** What was decided and why, in one sentence. */
  readonly sentence: string;
}

export interface CaseRun {
  readonly passed: number;
  readonly failed: readonly FailedCase[];
}

/** Throws Problem `policy-invalid` for a case that names a caller who is not there. */
export function runCases(book: CaseBook, callers: Callers, worldOf: WorldOf): CaseRun {
  const known = { ...callers, ...book.callers };
  const failed: FailedCase[] = [];
  for (const one of book.cases) {
    const { result, explanation } = decideCase(one, known, worldOf);
    const found = differences(one, result);
    if (found.length > 0)
      failed.push({
        book: book.title,
        case: one.case,
        differences: found,
        sentence: caseSentence(one, wordsOf(one, known), explanation),
      });
  }
  return { passed: book.cases.length - failed.length, failed };
}

export function wordsOf(one: Case, callers: Callers): Callers[string] {
  return { ...callers[one.caller]!, ...one.but };
}

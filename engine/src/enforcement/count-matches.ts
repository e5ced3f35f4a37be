/**
 * `_summary=count` and `_count=0` (search.html#count). The upstream counts what the caller may not see, so its number is lawful only in full
 * sight; for everybody else counting would mean to read everything.
 */

import type { Permit } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { planSearch } from '../planning/plan-search.ts';
import type { UpstreamRequest } from '../planning/upstream-request.ts';
import { Problem } from '../problem.ts';
import { releaseSearchset } from '../release/release-searchset.ts';
import type { SearchRequest } from '../request/request.ts';
import { hasNoPatient } from './gather-page.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { searchLink } from './page-links.ts';
import { pageIn, upstreamAnswer } from './upstream-answer.ts';

export function* countMatches(
  given: Given,
  wanted: SearchRequest,
  type: TypeFacts,
  permit: Permit,
): Generator<Need, Outcome, Found> {
  const plan = planSearch(wanted, permit, { type, dialect: given.dialect, bases: given.bases, count: 0, countOnly: true });
  if (permit.sight !== 'full') throw tooCostly();
  const total = plan.first === undefined ? 0 : yield* upstreamTotal(plan.first, plan.inCompartment, type.name);
  if (total === undefined) throw tooCostly();
  const page = {
    type: type.name,
    visible: [],
    self: searchLink(given, wanted, wanted.count ?? 0),
    next: undefined,
    total,
    withheld: 0,
  };
  return releaseSearchset(page, permit.decision, given.bases);
}

function* upstreamTotal(
  first: UpstreamRequest,
  inCompartment: boolean,
  type: string,
): Generator<Need, number | undefined, Found> {
  const answer = upstreamAnswer(yield first);
  return inCompartment && hasNoPatient(answer) ? 0 : pageIn(answer, type).total;
}

function tooCostly(): Problem {
  return new Problem('too-costly', 'Counting is too costly here.');
}

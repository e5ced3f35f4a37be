/**
 * http.html#ccreate, #cond-update: what a condition means, found by an authorised search of our own. INVARIANT: a condition is never forwarded
 * (hardening B4-54): the upstream would evaluate it on what the caller cannot see. Only hidden matches are no matches.
 */
import { decide } from '../decision/decide.ts';
import type { Permit } from '../decision/permit.ts';
import { planSearch } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import type { Visible } from '../release/visible.ts';
import type { Criterion } from '../request/request.ts';
import { admit } from './admit.ts';
import type { FactBook } from './fact-book.ts';
import { gatherBeyond } from './gather-all.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Denied } from './outcome.ts';
import { plainSearch } from './plain-search.ts';
import { Stages } from './stages.ts';

/** Who may not search the type may not ask by condition either. Asked before anything else, as every admission. */
export function admitCondition(given: Given, type: string): Permit | Denied {
  return admit(given, 'search', type);
}

/** The one visible match; undefined = none. Throws Problem `several-matches`. */
export function* resolveCondition(
  given: Given,
  book: FactBook,
  type: string,
  criteria: readonly Criterion[],
): Generator<Need, Visible | undefined, Found> {
  if (criteria.length === 0) throw new Error('a condition that everything meets');
  const permit = decide({ ...given, interaction: 'search', type });
  if (permit.kind !== 'permit') return undefined;
  const { tables, dialect, bases, now } = given;
  const facts = tables.types.get(type)!;
  const plain = yield* new Stages(given, book).plain(criteria, facts);
  if (plain === undefined) return undefined;
  const plan = planSearch(plainSearch(given, type, plain), permit, { type: facts, tables, dialect, bases, now, count: 2 });
  const { visible: found } = yield* gatherBeyond(given, book, permit, plan, 1);
  if (found.length > 1) throw new Problem('several-matches', 'More than one resource meets the condition.');
  return found[0];
}

/** Which of the types of a search are open to the caller (search-semantics §2): a named one that is closed refuses the search, unless it answers as empty; of all types, the open ones. */
import { decide } from '../decision/decide.ts';
import type { Decision } from '../decision/decision.ts';
import type { Permit, Refusal } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { deniedSearchset } from '../release/release-searchset.ts';
import type { SearchRequest } from '../request/request.ts';
import { refused } from './admit.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';
import { cursorLink, searchLink } from './page-links.ts';

export interface Admitted {
  readonly kind: 'admitted';
  /** In the order of their names. */
  readonly types: readonly { readonly type: TypeFacts; readonly permit: Permit }[];
  readonly decision: Decision;
}

/** Throws Problem `too-costly`. */
export function admitSearch(given: Given, asked: SearchRequest): Admitted | Denied {
  const types: { type: TypeFacts; permit: Permit }[] = [];
  let refusal: Refusal | undefined;
  for (const type of typesOf(given, asked)) {
    const decided = decide({ ...given, interaction: 'search', type: type.name });
    if (decided.kind === 'permit') types.push({ type, permit: decided });
    else if (asked.types.length > 0 && tells(decided)) return refusedSearch(given, asked, decided);
    else refusal ??= decided;
  }
  const [first] = types;
  if (first === undefined) return refusedSearch(given, asked, refusal!);
  if (asked.cursor === undefined && types.length > given.limits.types)
    throw new Problem('too-costly', 'Too many types to search at once. Name some in _type.');
  return { kind: 'admitted', types, decision: first.permit.decision };
}

function typesOf({ tables }: Given, { types, level }: SearchRequest): readonly TypeFacts[] {
  const named =
    types.length > 0
      ? types.map((name) => tables.types.get(name)!)
      : [...tables.types.values()].filter(
          ({ category, patientCompartment }) =>
            category !== 'none' && (level !== 'compartment' || patientCompartment.length > 0),
        );
  return named.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A type that is closed without a word holds nothing, so beside others it adds nothing. */
function tells({ denyAs }: Refusal): boolean {
  return denyAs === 'unauthorized' || denyAs === 'forbidden';
}

/** A refusal by policy may answer as if nothing were found; then the answer is that of a search without matches. */
function refusedSearch(given: Given, asked: SearchRequest, refusal: Refusal): Denied {
  if (tells(refusal)) return refused(given, refusal);
  const { decision } = refusal;
  const { cursor, total } = asked;
  const count = Math.min(asked.count ?? given.limits.defaultCount, given.limits.maxCount);
  const self = cursor === undefined ? searchLink(given, asked, count) : cursorLink(given, asked, cursor);
  return deniedSearchset(self, total === 'none' ? undefined : 0, decision);
}

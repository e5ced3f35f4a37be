/**
 * The kick-off of an export: may this caller search what it asks for, and can it be searched? Everything that caller, policies and request can refuse is
 * refused here; nothing is looked up but the Group, whose absence is told as in a read of it.
 */
import { decide } from '../decision/decide.ts';
import type { Permit, Refusal } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { AUDIT_TRAIL, type ExportAsked } from '../operation/export-asked.ts';
import { planSearch } from '../planning/plan-search.ts';
import { releaseAccepted } from '../release/release-accepted.ts';
import { admit, refused } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { localCriteria } from './local-criteria.ts';
import type { Found, Need } from './need.ts';
import type { Denied, Outcome } from './outcome.ts';

export function* acceptExport(given: Given, asked: ExportAsked): Generator<Need, Outcome, Found> {
  const open = openTypes(given, asked);
  if ('kind' in open) return open;
  for (const { type, permit } of open) {
    for (const search of asked.searches(type.name)) {
      // What stages unroll is unrolled by the job; here it is enough that the rest can be asked.
      const criteria = localCriteria(search.criteria, type);
      planSearch({ ...search, criteria }, permit, { ...given, type, count: undefined });
    }
  }
  if (asked.group !== undefined) {
    const permit = admit(given, 'read', 'Group');
    if (permit.kind === 'denied') return permit;
    const group = yield* current(given, new FactBook(given), permit, asked.group);
    if (group.kind === 'missing') return deniedMissing(given, group);
  }
  return releaseAccepted(open[0]!.permit.decision);
}

/** The types that are open to the caller, in the order of their names; at least one. A named one that is closed aloud refuses the whole. */
export function openTypes(
  given: Given,
  asked: ExportAsked,
): readonly { readonly type: TypeFacts; readonly permit: Permit }[] | Denied {
  const open: { type: TypeFacts; permit: Permit }[] = [];
  let refusal: Refusal | undefined;
  for (const type of given.tables.types.values()) {
    if (type.category === 'none' || !(asked.types?.includes(type.name) ?? type.name !== AUDIT_TRAIL)) continue;
    if (asked.level !== 'system' && type.patientCompartment.length === 0) continue;
    const decided = decide({ ...given, interaction: 'search', type: type.name });
    if (decided.kind === 'permit') open.push({ type, permit: decided });
    else if (asked.types !== undefined && (decided.denyAs === 'forbidden' || decided.denyAs === 'unauthorized'))
      return refusedAloud(given, decided);
    else refusal ??= decided;
  }
  if (open.length === 0) return refusedAloud(given, refusal!);
  return open.sort((one, other) => (one.type.name < other.type.name ? -1 : 1));
}

/** Nothing is open: there is no "nothing found" of a job, so a silent refusal is a plain one. */
function refusedAloud(given: Given, refusal: Refusal): Denied {
  return refused(given, refusal.denyAs === 'unauthorized' ? refusal : { ...refusal, denyAs: 'forbidden' });
}

/**
 * `$everything` of a patient or an encounter (patient-operation-everything.html, encounter-operation-everything.html): a read of the instance, then
 * one search over the types that are open to the caller. Later pages are pages of that search. What lies outside the compartment and is only
 * pointed to (practitioners, organizations) is left to reads and `_include`.
 */
import { decide } from '../decision/decide.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { impliedSearch } from '../operation/implied-search.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import { Problem } from '../problem.ts';
import { releaseSearchset } from '../release/release-searchset.ts';
import { canonicalTarget } from '../request/canonical.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelFor } from './label-for.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { search } from './search.ts';

export function* everything(given: Given, asked: Called, input: OperationInput): Generator<Need, Outcome, Found> {
  const { type, id = '' } = asked;
  const permit = admit(given, 'read', type);
  if (permit.kind === 'denied') return permit;
  const possible = belonging(given, type);
  const named = input.one('_type')?.split(',');
  const wanted = named ?? possible.filter((one) => one !== type && isOpen(given, one));
  if (wanted.some((one) => one !== type && !possible.includes(one)))
    throw new Problem('parameter-invalid', 'A type of _type is not one that can belong to this.');
  const since = input.one('_since');
  const types = wanted.filter((one) => one !== type);
  const rest = {
    _type: types.join(','),
    _lastUpdated: since === undefined ? undefined : `ge${since}`,
    _count: input.one('_count'),
  };
  const implied = types.length === 0 ? undefined : impliedSearch(asked, given.tables, ...target(type, id, rest));

  const state = yield* current(given, new FactBook(given), permit, id);
  if (state.kind === 'missing') return deniedMissing(given, state);
  const visible = named === undefined || named.includes(type) ? [state.visible] : [];
  const self = given.bases.ours + canonicalTarget(asked);
  if (implied !== undefined) return yield* search(given, implied, { visible, self });
  const shape = { ...asked.representation, version: given.tables.version };
  const page = { visible, included: [], self, next: undefined, total: visible.length, withheld: 0, shape };
  return releaseSearchset({ ...page, labelFor: labelFor(given) }, permit.decision, given.bases);
}

interface Rest {
  readonly _type: string;
  readonly _lastUpdated: string | undefined;
  readonly _count: string | undefined;
}

function target(type: string, id: string, rest: Rest): [string, [string, string | undefined][]] {
  const shared = Object.entries(rest);
  if (type === 'Encounter') return ['/', [['encounter', `Encounter/${id}`], ...shared]];
  return [`/Patient/${id}/*`, shared];
}

/** Types that can belong to a patient or an encounter, by the parameter that says so. */
function belonging({ tables }: Given, type: string): readonly string[] {
  const belongs = ({ patientCompartment, searchParameters }: TypeFacts): boolean =>
    type === 'Patient'
      ? patientCompartment.length > 0
      : (searchParameters.get('encounter')?.targets.includes('Encounter') ?? false);
  return [...tables.types.values()].filter((one) => one.category !== 'none' && belongs(one)).map(({ name }) => name);
}

function isOpen(given: Given, type: string): boolean {
  return decide({ ...given, interaction: 'search', type }).kind === 'permit';
}

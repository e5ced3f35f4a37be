/**
 * `$lastn` (observation-operation-lastn.html): the newest observations of each kind. A search of what the caller may see, sorted by date and grouped by
 * code on released forms, so that neither a hidden observation nor a masked code decides which of the others is the last one.
 */

import { NONE, name } from '../json/scan.ts';
import { compareKeys, type SortKey, sortKeyFor } from '../matching/sort-key.ts';
import { impliedSearch } from '../operation/implied-search.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import { patientGiven } from '../operation/patient-given.ts';
import { matchingOf } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { releaseSearchset } from '../release/release-searchset.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import { canonicalTarget } from '../request/canonical.ts';
import { admitSearch } from './admit-search.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelFor } from './label-for.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { Stages } from './stages.ts';

const CODE = name('code');
const CODING = name('coding');
const SYSTEM = name('system');
const TEXT = name('text');
const MOST_OF_EACH = 100;

export function* lastObservations(given: Given, asked: Called, input: OperationInput): Generator<Need, Outcome, Found> {
  const max = mostOf(input);
  const implied = impliedSearch(asked, given.tables, '/Observation', [
    ['patient', patientGiven(input, ['patient', 'subject'])],
    ...input.all('category').map((value): [string, string] => ['category', value]),
    ...input.all('code').map((value): [string, string] => ['code', value]),
  ]);
  const admitted = admitSearch(given, implied);
  if (admitted.kind === 'denied') return admitted;
  const { type, permit } = admitted.types[0]!;
  const definition = type.searchParameters.get('date')!;
  const stages = new Stages(given, new FactBook(given));
  const found = yield* stages.include(permit, type, implied.criteria);
  const sort = [{ definition, descending: true }];
  const keyOf = sortKeyFor(sort[0]!, matchingOf(given))!;
  const keyed = found.map((one): { readonly one: Visible; readonly keys: readonly SortKey[] } => {
    const { document, node } = releasedForm(one);
    return { one, keys: [keyOf(document, node)] };
  });
  keyed.sort((a, b) => compareKeys(sort, a.keys, b.keys) || ((a.one.id ?? '') < (b.one.id ?? '') ? -1 : 1));
  const visible = lastOfEach(
    keyed.map(({ one }) => one),
    max,
  );
  const page = {
    visible,
    included: [],
    self: given.bases.ours + canonicalTarget(asked),
    next: undefined,
    total: visible.length,
    withheld: stages.withheld,
    shape: { ...asked.representation, version: given.tables.version },
  };
  return releaseSearchset({ ...page, labelFor: labelFor(given) }, admitted.decision, given.bases);
}

function mostOf(input: OperationInput): number {
  const text = input.one('max') ?? '1';
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > MOST_OF_EACH)
    throw new Problem('parameter-invalid', 'max must be a number between 1 and 100.');
  return Number(text);
}

/** Group after group, each newest first. Observations that share one coding are of one kind; without any code they are one kind together. */
function lastOfEach(newestFirst: readonly Visible[], max: number): readonly Visible[] {
  const groups: { readonly codes: Set<string>; readonly members: Visible[] }[] = [];
  for (const one of newestFirst) {
    const codes = codesOf(one);
    const group = groups.find((known) => codes.some((code) => known.codes.has(code)));
    if (group === undefined) groups.push({ codes: new Set(codes), members: [one] });
    else {
      for (const code of codes) group.codes.add(code);
      if (group.members.length < max) group.members.push(one);
    }
  }
  return groups.flatMap(({ members }) => members);
}

function codesOf(one: Visible): readonly string[] {
  const { document, node } = releasedForm(one);
  const concept = document.member(node, CODE);
  const codes: string[] = [];
  const codings = document.member(concept, CODING);
  if (document.isArray(codings)) {
    for (let coding = document.first(codings); coding !== NONE; coding = document.next(coding)) {
      const code = document.string(document.member(coding, CODE));
      if (code !== undefined) codes.push(`${document.string(document.member(coding, SYSTEM)) ?? ''}|${code}`);
    }
  }
  return codes.length > 0 ? codes : [document.string(document.member(concept, TEXT)) ?? ''];
}

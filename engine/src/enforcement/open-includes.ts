/**
 * includes that could only bring what is closed to the caller as a whole. The operator says what becomes of them: left out, which the self
 * link shows; the search refused; or answered as if nothing were found. Known before any data, so all three are lawful.
 */
import type { Decision } from '../decision/decision.ts';
import { denied, nothingDisclosed } from '../release/denied.ts';
import { deniedSearchset } from '../release/release-searchset.ts';
import type { Include, SearchRequest } from '../request/request.ts';
import { presentedToken } from './admit.ts';
import type { Given } from './given.ts';
import { includedBy } from './included-by.ts';
import type { Denied } from './outcome.ts';
import { referringTypes } from './spread-includes.ts';
import type { Stages } from './stages.ts';

const decision: Decision = Object.freeze({
  effect: 'deny',
  rules: ['builtin:include'],
  reason: 'What is to be included is of a type that no rule opens to this caller.',
  cause: 'policy',
});

/** The same search with the includes that are open; `selfOf` makes its self link. */
export function withOpenIncludes(
  given: Given,
  search: SearchRequest,
  stages: Stages,
  selfOf: (search: SearchRequest) => string,
): SearchRequest | Denied {
  const open = search.includes.filter((include) =>
    typesOf(given, search, include).some((type) => stages.permitFor(type) !== undefined),
  );
  if (open.length === search.includes.length) return search;
  switch (given.limits.closedIncludes) {
    case 'leave-out':
      return { ...search, includes: open };
    case 'refuse':
      return denied('forbidden', decision, nothingDisclosed, presentedToken(given));
    case 'empty':
      return deniedSearchset(selfOf(search), search.total === 'none' ? undefined : 0, decision);
  }
}

/** What it could bring. */
function typesOf({ tables }: Given, search: SearchRequest, include: Include): readonly string[] {
  const { direction, source, parameter, target } = include;
  if (source === '*') return referringTypes(tables, search).map(({ name }) => name);
  if (direction === 'revinclude') return [source];
  return target === undefined ? includedBy(tables.types.get(source)!, parameter).flatMap(({ targets }) => targets) : [target];
}

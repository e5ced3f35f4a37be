/** All criteria of a search as one test on a resource: for a host that keeps resources of its own (audit events) and answers searches over them. */
import type { FhirTables } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { SearchRequest } from '../request/request.ts';
import { type Matcher, matcherFor } from './matcher.ts';

/** `bases`: absolute, without a slash at the end; references below them mean the same. Throws Problem `parameter-unknown` for what cannot be evaluated exactly. */
export function searchMatcher(asked: SearchRequest, tables: FhirTables, bases: readonly string[]): Matcher {
  const type = tables.types.get(asked.types[0] ?? '');
  if (type === undefined) throw new Problem('type-unknown', 'There is no such resource type.');
  const matchers = asked.criteria.map((criterion) => {
    const matcher = matcherFor(criterion, type, { bases, foldsAccents: true, bareCodes: 'any-system' });
    if (matcher === undefined) throw new Problem('parameter-unknown', `"${criterion.name}" cannot be searched in this way.`);
    return matcher;
  });
  return (document, resource) => matchers.every((matches) => matches(document, resource));
}

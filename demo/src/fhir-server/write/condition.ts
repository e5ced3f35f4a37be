// FHIR R4 http §3.1.0.8.1, §3.1.0.4.3, §3.1.0.7.1: conditional interactions find their resource by a search among the living ones.
import { Refusal } from '../answer.ts';
import { type Parameter, parameters } from '../request.ts';
import { filterFor, matching } from '../search/filter.ts';
import type { Service } from '../service.ts';
import type { Version } from '../storage/version.ts';

/** None or one; 412 for several. An unknown or missing criterion is 400: it must never mean "any". */
export function theOneMatch(service: Service, type: string, criteria: readonly Parameter[]): Version | undefined {
  if (criteria.length === 0) throw new Refusal(400, 'required', 'a condition needs criteria');
  const filters = criteria.map(([name, value]) => {
    const filter = filterFor(service, type, name, value);
    if (filter === undefined) throw new Refusal(400, 'not-supported', `unknown search parameter "${name}"`);
    return filter;
  });
  const found = matching(service, type, filters);
  if (found.length > 1) throw new Refusal(412, 'multiple-matches', 'several resources match the condition');
  return found[0];
}

/** The text of `If-None-Exist` or of a conditional reference's query. */
export function criteriaOf(text: string): readonly Parameter[] {
  try {
    return parameters(text.replace(/^\?/, ''));
  } catch {
    throw new Refusal(400, 'value', 'a condition is not well-formed');
  }
}

/** `If-Match` (§3.1.0.5): the version that the client means must be the current one. */
export function checkIfMatch(service: Service, header: string | undefined, current: Version | undefined): void {
  if (header === undefined || service.habits.noIfMatch) return;
  const wanted = /^(?:W\/)?"([^"]*)"$/.exec(header.trim())?.[1];
  if (header.trim() === '*' ? current === undefined : wanted !== String(current?.facts.version))
    throw new Refusal(412, 'conflict', 'the version has changed');
}

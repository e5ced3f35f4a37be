/**
 * Which events are asked for: a search of AuditEvents, with what a notification can keep to. INVARIANT: an event that does not match as it is recorded does not match as it is released
 * either (what is masked is only ever taken away), so it may be passed over unseen; that is why absence cannot be asked for.
 */
import { type FhirTables, Problem, type SearchRequest, scan, searchMatcher, understand } from '@fireguard/engine';

const encoder = new TextEncoder();

/** `AuditEvent?outcome=8&…`, or `AuditEvent`. Throws Problem with what is wrong. */
export function checkedCriteria(criteria: string, tables: FhirTables, base: string): void {
  const match = /^AuditEvent(?:\?(.{1,2000}))?$/.exec(criteria);
  if (match === null) throw refused('The criteria must be a search of AuditEvents, such as "AuditEvent?outcome=8".');
  for (const part of (match[1] ?? '').split('&')) {
    const name = decoded(part.split('=', 1)[0]!);
    if (name.startsWith('_')) throw refused(`"${name.slice(0, 40)}" cannot be asked for in the criteria of a subscription.`);
  }
  const asked = askedFor(criteria, [], tables);
  for (const { name, modifier, chain, has } of asked.criteria) {
    if (chain !== undefined || has !== undefined)
      throw refused('The criteria of a subscription look at the event itself: no chains, no _has.');
    if (modifier === 'missing' || modifier === 'not' || modifier === 'not-in')
      throw refused(`"${name}:${modifier}" cannot be asked for in the criteria of a subscription.`);
  }
  matcher(criteria, tables, base);
}

/** The search that finds of `ids` what matches. */
export function askedFor(criteria: string, ids: readonly string[], tables: FhirTables): SearchRequest {
  const from = criteria.indexOf('?');
  const parts = [
    ...(from < 0 ? [] : [criteria.slice(from + 1)]),
    ...(ids.length === 0 ? [] : [`_id=${ids.join(',')}`, `_count=${ids.length}`]),
  ];
  const target = `/AuditEvent${parts.length === 0 ? '' : `?${parts.join('&')}`}`;
  const asked = understand({ method: 'GET', target, headers: new Map(), body: new Uint8Array(0) }, tables);
  if (asked.interaction !== 'search') throw refused('The criteria must be a search of AuditEvents.');
  return asked;
}

/** Whether an event, as it is recorded, matches. */
export function matcher(criteria: string, tables: FhirTables, base: string): (event: object) => boolean {
  const matches = searchMatcher(askedFor(criteria, [], tables), tables, [base]);
  return (event) => {
    const document = scan(encoder.encode(JSON.stringify(event)));
    return matches(document, document.root);
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw refused('The criteria are not well formed.');
  }
}

const refused = (text: string): Problem => new Problem('resource-invalid', text);

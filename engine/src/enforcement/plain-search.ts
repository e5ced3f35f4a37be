/** A search of ours, as if a client had asked it: for stages, includes and conditions. */
import type { Criterion, SearchRequest } from '../request/request.ts';
import type { Given } from './given.ts';

export function plainSearch({ asked }: Given, type: string, criteria: readonly Criterion[]): SearchRequest {
  return {
    interaction: 'search',
    level: 'type',
    types: [type],
    compartment: undefined,
    criteria,
    sort: [],
    count: undefined,
    total: undefined,
    includes: [],
    special: new Map(),
    cursor: undefined,
    representation: { format: 'json', pretty: false, summary: undefined, elements: undefined },
    conditions: asked.conditions,
    original: asked.original,
  };
}

/** One criterion without modifier: any of these values. */
export function plainCriterion(definition: Criterion['definition'], values: readonly string[]): Criterion {
  return { name: definition.name, definition, modifier: undefined, values, chain: undefined, has: undefined };
}

/** Histories of an instance, a type and the system (FHIR R4 http.html#history). */
import { Problem } from '../problem.ts';
import { type Asking, allTypes, factsOf } from './asking.ts';
import { checkCursor } from './cursor.ts';
import { isInstant, isSearchDate } from './date-grammar.ts';
import { representation } from './representation.ts';
import type { HistoryRequest } from './request.ts';
import { countOf } from './search.ts';

export interface HistoryPlace {
  readonly interaction: HistoryRequest['interaction'];
  readonly type: string | undefined;
  readonly id: string | undefined;
}

export function readHistory(asking: Asking, place: HistoryPlace): HistoryRequest {
  const { parameters, tables } = asking;
  const cursor = parameters.one('_cursor');
  if (cursor !== undefined) checkCursor(cursor);
  const types = place.type === undefined ? allTypes(tables) : [factsOf(tables, place.type)];
  const answer = representation(asking, types, false);
  const { conditions, original } = asking;
  if (cursor !== undefined) {
    parameters.refuseRest();
    return Object.freeze({
      ...place,
      count: undefined,
      since: undefined,
      at: undefined,
      cursor,
      representation: answer,
      conditions,
      original,
    });
  }
  const count = countOf(parameters.one('_count'));
  const since = parameters.one('_since');
  if (since !== undefined && !isInstant(since))
    throw new Problem('parameter-invalid', 'The value of _since is not an instant.');
  const at = parameters.one('_at');
  if (at !== undefined && !isSearchDate(at)) throw new Problem('parameter-invalid', 'The value of _at is not a date or time.');
  parameters.refuseRest();
  return Object.freeze({ ...place, count, since, at, cursor, representation: answer, conditions, original });
}

/**
 * What the upstream supports, as data. A missing ability never widens an answer: what would need it is refused, or done by us.
 */
import type { SearchParameterType } from '../fhir/tables.ts';

export interface Dialect {
  /** For messages to the operator only. */
  readonly name: string;
  /** PUT and DELETE honour `If-Match: W/"<version>"` (http.html#concurrency). Without it no update, patch or delete is served. */
  readonly ifMatch: boolean;
  /** `_sort` may end with `_id`, so that ties have one order. */
  readonly sortById: boolean;
  /** `GET Patient/<id>/<Type>?…` (search.html#searchcontexts). */
  readonly compartmentSearch: boolean;
  /** `POST <Type>/_search`; used for queries that are too long for a URL. */
  readonly postSearch: boolean;
  /** Greatest `_count` that it honours. */
  readonly maxCount: number;
  /**
   * Parameter types where a resource that matches by our rules surely matches by the upstream's: only these are sent and then matched again
   * on the released form. Were ours looser, a masked value would decide (search-semantics §4).
   */
  readonly matchesAlike: ReadonlySet<SearchParameterType>;
  /** String search takes `Äda` for `Ada`. */
  readonly foldsAccents: boolean;
  /** Writes are refused when they point to what does not exist; not known = yes. */
  readonly checksReferences: boolean;
  /** `_history` of instances, types and the system (http.html#history). Without it none is served. */
  readonly history: boolean;
  /** A Bundle of type transaction is one write: all of it or nothing (http.html#transaction). Without it none is served. */
  readonly transactions: boolean;
}

/**
 * What the engine needs to know and cannot fetch: how a caller stands to patients, what these consented to, whom a resource is about. Asked of
 * the upstream with the gateway's own credential, and of Fireguard's own facts. It must not decide, must not let a fetched byte near the
 * caller, and must not answer with less than everything: an incomplete fact is `facts-unavailable`, which denies (I6).
 */
import type { FactAnswer, FactQuery } from '@fireguard/engine';

export interface FactSource {
  /** Answers in the order of the queries; an answer may hold more patients than were asked for. Throws Problem facts-unavailable. */
  answer(queries: readonly FactQuery[]): Promise<readonly FactAnswer[]>;
  /**
   * A write to `path` (relative to the upstream's base) went through us, or may have. Resolves once no node decides on what was before;
   * throws Problem storage-unavailable when that cannot be known.
   */
  written(path: string): Promise<void>;
}

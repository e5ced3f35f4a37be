// What the interactions share: the search's needs, and how ids are made.
import type { SearchContext } from './search/context.ts';

export interface Service extends SearchContext {
  /** Ids of new resources. */
  readonly newId: () => string;
  /** Ids of Bundles, from elsewhere: seeded resource ids must not depend on how many questions were asked before. */
  readonly bundleId: () => string;
}

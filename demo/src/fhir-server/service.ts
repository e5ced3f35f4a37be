// What the interactions share: the search's needs, and how ids are made.
import type { SearchContext } from './search/context.ts';

export interface Service extends SearchContext {
  readonly newId: () => string;
}

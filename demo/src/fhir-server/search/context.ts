// What every search needs at hand.
import type { Habits } from '../habits.ts';
import type { Store } from '../storage/store.ts';
import type { Definitions } from './definitions.ts';
import type { ReferenceIndex } from './reference-index.ts';

export interface SearchContext {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly references: ReferenceIndex;
  /** Base URL of this server, without a slash at the end. */
  readonly base: string;
  readonly habits: Habits;
  readonly now: () => Date;
}

/** All 150, in their order. */
import { insidesAndChannels } from './insides-and-channels.ts';
import { instancesAndSearches } from './instances-and-searches.ts';
import type { LeakPath } from './leak-path.ts';
import { writesAndOperations } from './writes-and-operations.ts';

export const leakPaths: readonly LeakPath[] = Object.freeze([
  ...instancesAndSearches,
  ...writesAndOperations,
  ...insidesAndChannels,
]);

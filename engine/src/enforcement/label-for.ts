/** Whether Bundles carry labels here, and with whose purposes of use. */
import type { Coding } from '../caller.ts';
import type { Given } from './given.ts';

export function labelFor({ protection, caller }: Given): readonly Coding[] | undefined {
  return protection?.labels?.onBundles === true ? caller.purposes : undefined;
}

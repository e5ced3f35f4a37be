/** A write that policy denies on a state which the caller may see or has sent: there is nothing to hide in saying so. */
import { denied } from '../release/denied.ts';
import type { Withheld } from '../release/visible.ts';
import { presentedToken } from './admit.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';

export function deniedWrite(given: Given, key: string, { decision, denyAs, patients }: Withheld): Denied {
  const disclosure = { patients, resources: [key], masked: [], withheld: 1 };
  return denied(denyAs === 'unauthorized' ? 'unauthorized' : 'forbidden', decision, disclosure, presentedToken(given));
}

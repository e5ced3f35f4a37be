/**
 * A write that policy denies on a state which the caller may see or has sent: there is nothing to hide in saying so. INVARIANT: why is not told. Scopes and
 * rules read the stored state whole, so that which of them denies may hang on what is masked.
 */
import { denied } from '../release/denied.ts';
import { withheldLabels } from '../release/recorded-labels.ts';
import type { Withheld } from '../release/visible.ts';
import { presentedToken } from './admit.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';

export function deniedWrite(given: Given, key: string, withheld: Withheld): Denied {
  const { decision, denyAs, patients } = withheld;
  const disclosure = { patients, resources: [key], ...withheldLabels(withheld, key), masked: [], withheld: 1 };
  if (denyAs === 'unauthorized') return denied('unauthorized', decision, disclosure, presentedToken(given));
  const answer = denied('forbidden', decision, disclosure, presentedToken(given));
  return { ...answer, headers: new Map([...answer.headers].filter(([name]) => name !== 'www-authenticate')) };
}

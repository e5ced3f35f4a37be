/** Releases the answer to a Bulk Data kick-off (export.html#response---success): that it was accepted. Where its status will be is for the host to say. */
import type { Decision } from '../decision/decision.ts';
import { nothingDisclosed } from './denied.ts';
import { mintReleased, type Released } from './released.ts';

export function releaseAccepted(decision: Decision): Released {
  return mintReleased({ status: 202, headers: new Map(), body: new Uint8Array(0), decision, disclosure: nothingDisclosed });
}

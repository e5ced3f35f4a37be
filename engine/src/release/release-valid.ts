/** Releases the answer to `$validate`: always the same words, since nothing was looked up. */
import { nothingDisclosed } from './denied.ts';
import { outcomeBody } from './outcome-body.ts';
import { mintReleased, type Released } from './released.ts';

const CHECKED = 'JSON, type and element names are as they should be. Nothing else was checked.';

export function releaseValid(): Released {
  return mintReleased({
    status: 200,
    headers: new Map([['content-type', 'application/fhir+json; charset=utf-8']]),
    body: outcomeBody('informational', CHECKED, 'information'),
    decision: {
      effect: 'permit',
      rules: ['builtin:validate'],
      reason: 'What was sent is looked at, and nothing else.',
      cause: undefined,
    },
    disclosure: nothingDisclosed,
  });
}

/**
 * How a deny answers (requirements section 13). INVARIANT: hidden and absent get the same answer to the byte, because both are made here by
 * the posture alone; nothing of the resource or of the decision reaches status, headers or body.
 */
import type { Decision } from '../decision/decision.ts';
import type { DenyAs, StepUp } from '../decision/permit.ts';
import type { Denied, Disclosure } from '../enforcement/outcome.ts';
import { type Issue, outcomeBody } from './outcome-body.ts';

const answers = {
  unauthorized: { status: 401, issue: 'login', text: 'Authentication is required.' },
  forbidden: { status: 403, issue: 'forbidden', text: 'This is not permitted.' },
  'not-found': { status: 404, issue: 'not-found', text: 'There is no such resource.' },
  gone: { status: 410, issue: 'deleted', text: 'The resource was deleted.' },
  'put-create': { status: 405, issue: 'not-supported', text: 'Creating a resource under an id of your own is not served.' },
} as const;

/** RFC 9470: the same for every resource of the type, since it is answered before any is looked at. */
export function stepUpDenied(stepUp: StepUp, decision: Decision): Denied {
  const { status, issue } = answers.unauthorized;
  const wanted = challengeParameters(stepUp);
  return {
    kind: 'denied',
    status,
    headers: new Map([
      ['content-type', 'application/fhir+json; charset=utf-8'],
      ['www-authenticate', `Bearer error="insufficient_user_authentication", ${wanted}`],
    ]),
    body: outcomeBody(issue, 'A surer or more recent sign-in is required.'),
    decision,
    disclosure: nothingDisclosed,
    stepUp: wanted,
  };
}

/** RFC 9470 §3. Class names are words without quotes, or they are left out. */
function challengeParameters({ acr, maxAge }: StepUp): string {
  const classes = acr?.filter((each) => /^[!#-[\]-~]+$/.test(each)) ?? [];
  return [
    ...(classes.length > 0 ? [`acr_values="${classes.join(' ')}"`] : []),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ].join(', ');
}

/** An empty Bundle is no answer to a request for one resource: it is answered as absent. */
export type DeniedAnswer = Exclude<DenyAs, 'empty'> | 'gone' | 'put-create';

export const nothingDisclosed: Disclosure = Object.freeze({ patients: [], resources: [], masked: [], withheld: 0 });

export function denied(
  as: DeniedAnswer,
  decision: Decision,
  disclosure: Disclosure,
  presentedToken: boolean,
  hint?: Issue,
): Denied {
  const { status, issue, text } = answers[as];
  const headers = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);
  const challenge = challengeFor(as, decision, presentedToken);
  if (challenge !== undefined) headers.set('www-authenticate', challenge);
  return { kind: 'denied', status, headers, body: outcomeBody(issue, text, 'error', hint), decision, disclosure };
}

/** RFC 6750 §3: `error` only when a token was presented. A 403 names a reason only where scope alone decided. */
function challengeFor(as: DeniedAnswer, decision: Decision, presentedToken: boolean): string | undefined {
  if (as === 'unauthorized') return presentedToken ? 'Bearer error="invalid_token"' : 'Bearer';
  return as === 'forbidden' && decision.cause === 'scope' ? 'Bearer error="insufficient_scope"' : undefined;
}

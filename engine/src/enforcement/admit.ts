/**
 * The first question of every flow: may this caller do this to this type at all? Asked before anything is looked up and before a request is
 * told that it is not served, so that a stranger learns nothing.
 */

import { decide } from '../decision/decide.ts';
import type { Permit, Refusal } from '../decision/permit.ts';
import type { DecidedInteraction } from '../policy/interactions.ts';
import { denied, nothingDisclosed, stepUpDenied } from '../release/denied.ts';
import type { Issue } from '../release/outcome-body.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';

export function admit(given: Given, interaction: DecidedInteraction, type: string): Permit | Denied {
  const decided = decide({ ...given, interaction, type });
  if (decided.kind === 'permit') return decided;
  return refused(given, decided);
}

export function refused(given: Given, { decision, denyAs, stepUp, wantsRationale }: Refusal): Denied {
  if (stepUp !== undefined) return stepUpDenied(stepUp, decision);
  if (wantsRationale) return denied('forbidden', decision, nothingDisclosed, presentedToken(given), sayWhy);
  // Of a type that is closed as a whole, everything is absent.
  return denied(denyAs === 'empty' ? 'not-found' : denyAs, decision, nothingDisclosed, presentedToken(given));
}

const sayWhy: Issue = {
  severity: 'information',
  code: 'business-rule',
  details: { text: 'A reason is required: say it in the header Fireguard-Reason.' },
};

export function presentedToken(given: Given): boolean {
  return given.caller.kind !== 'anonymous';
}

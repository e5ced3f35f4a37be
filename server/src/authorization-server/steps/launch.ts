/**
 * SMART App Launch 2.2 §EHR launch: the context that the EHR prepared becomes this login's. INVARIANT: a launch is used up here, once, by the person
 * and the app it was prepared for, and never opens a patient or visit whom the API would not show this person.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { takeLaunch } from '../../storage/launches.ts';
import { tokenHash } from '../../token/token-hash.ts';
import type { KnownPerson } from '../audit-drafts.ts';
import { recordConsent } from './consent.ts';
import { deniedResult, goOn, type Step, type StepDependencies } from './step.ts';

export async function takeUpLaunch(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const { person, handle } = step;
  if (person === undefined || handle === undefined) throw new errors.SessionNotFound('nobody is signed in');
  const launch = await takeLaunch(use.db, tokenHash(handle), step.client.id, person.id);
  if (launch === undefined) return refuse(use, request, reply, step, 'the launch is used, stale, or somebody else’s');
  const { patient, encounter, more } = launch;
  if (!(await mayOpen(use, person, patient, encounter)))
    return refuse(use, request, reply, step, 'the person may not open what the EHR put in context');
  return goOn(use, request, reply, {
    launch: more,
    ...(patient === null ? {} : { patient: { id: patient } }),
    ...(patient === null || encounter === null ? {} : { encounter: { id: encounter } }),
  });
}

async function mayOpen(
  use: StepDependencies,
  person: KnownPerson,
  patient: string | null,
  encounter: string | null,
): Promise<boolean> {
  if (patient === null) return true;
  if ((await use.picker.patientById(person, patient)) === undefined) return false;
  return encounter === null || (await use.picker.encounterById(person, patient, encounter)) !== undefined;
}

async function refuse(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
  reason: string,
): Promise<FastifyReply> {
  await recordConsent(use, request, step, 'consent-refused', reason);
  return goOn(use, request, reply, deniedResult('the launch cannot be used by this person'));
}

/**
 * An app that asks for `purpose_of_use=BTG`: its token is for the glass that its person broke, or is about to. INVARIANT: no such token without
 * an open glass of this very person; it is refused to who may not break one, and the refusal is an alert.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { recordConsent } from './consent.ts';
import { asksForGlass } from './glass.ts';
import { deniedResult, goOn, placeOf, type Step, type StepDependencies } from './step.ts';

/** True where this settled the step: refused, sent to break the glass first, or its patient taken. */
export async function settledByGlass(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<boolean> {
  const { person } = step;
  if (!asksForGlass(step) || person === undefined) return false;
  // Patients of another FHIR server have other ids.
  if (use.glasses === undefined || step.audience !== use.fhirBase || !use.glasses.mayBreak(person.roles)) {
    await use.glasses?.refused(person, `Asked for a token to break the glass, in ${step.client.name}.`, placeOf(request));
    await recordConsent(use, request, step, 'consent-refused', 'break-the-glass');
    await goOn(use, request, reply, deniedResult('the person may not break the glass'));
    return true;
  }
  const glass = await use.glasses.openOf(person.id);
  if (glass === undefined || (step.prompt === 'patient' && glass.patient === null)) {
    const patient = step.patient === undefined ? '' : `patient=${encodeURIComponent(step.patient)}&`;
    await reply.header('Cache-Control', 'no-store').redirect(`/break-glass?${patient}step=${step.uid}`, 303);
    return true;
  }
  if (step.prompt !== 'patient' || glass.patient === null) return false;
  await goOn(use, request, reply, { patient: { id: glass.patient } });
  return true;
}

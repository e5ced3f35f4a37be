/**
 * Choose a visit (`launch/encounter`, SMART App Launch 2.2 §Standalone launch). INVARIANT: only a visit of the patient in context that the source
 * would show to this person can be chosen, whatever the form says. To go on without one is possible: the app is then not promised one.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import type { KnownPerson } from '../audit-drafts.ts';
import { encounterPickerPage } from '../pages/encounter-picker.ts';
import { recordConsent } from './consent.ts';
import { deniedResult, goOn, readStepForm, type Step, type StepDependencies, sendPage } from './step.ts';

export async function showEncounters(
  use: StepDependencies,
  reply: FastifyReply,
  step: Step,
  status = 200,
): Promise<FastifyReply> {
  const { person, patient } = ready(step);
  const page = encounterPickerPage({
    brand: use.brand,
    app: step.client.name,
    person: person.name,
    glass: step.glass,
    action: `/interaction/${step.uid}/encounter`,
    csrf: use.formTokens.make(step.uid, 'encounter'),
    encounters: await step.picker.encountersFor(person, patient),
  });
  return sendPage(use, reply, page, status, step.redirectUri);
}

export async function answerEncounter(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const { person, patient } = ready(step);
  const form = readStepForm(use, step, 'encounter', request);
  switch (form.get('decision')) {
    case 'deny':
      await recordConsent(use, request, step, 'consent-refused', 'no visit chosen');
      return goOn(use, request, reply, deniedResult('the person chose no visit'));
    case 'without':
      return goOn(use, request, reply, { encounter: {} });
    default: {
      const id = form.get('encounter') ?? '';
      const encounter = /^[A-Za-z0-9.-]{1,64}$/.test(id) ? await step.picker.encounterById(person, patient, id) : undefined;
      return encounter === undefined
        ? showEncounters(use, reply, step, 422)
        : goOn(use, request, reply, { encounter: { id: encounter.id } });
    }
  }
}

function ready(step: Step): { readonly person: KnownPerson; readonly patient: string } {
  if (step.person === undefined || step.patient === undefined) throw new errors.SessionNotFound('no patient was chosen');
  return { person: step.person, patient: step.patient };
}

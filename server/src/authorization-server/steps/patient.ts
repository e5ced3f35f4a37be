/**
 * Choose a patient (SMART App Launch 2.2 §Standalone launch). Who has one record only is not asked. INVARIANT: only a patient whom the source
 * would show to this person can be chosen, whatever the form says.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import type { KnownPerson } from '../audit-drafts.ts';
import { patientPickerPage } from '../pages/patient-picker.ts';
import type { PickerPatient } from '../picker-source.ts';
import { recordConsent } from './consent.ts';
import { deniedResult, goOn, readStepForm, type Step, type StepDependencies, sendPage } from './step.ts';

const SHOWN = 50;

export async function showPatients(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const person = signedIn(step);
  const patients = await step.picker.patientsFor(person, '');
  const only = patients.length === 1 && !isStaff(person) ? patients[0] : undefined;
  if (only !== undefined) return goOn(use, request, reply, { patient: { id: only.id } });
  return sendPicker(use, reply, step, person, '', patients);
}

export async function searchPatients(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const person = signedIn(step);
  const query = (readStepForm(use, step, 'patient', request).get('q') ?? '').trim().slice(0, 200);
  return sendPicker(use, reply, step, person, query, await step.picker.patientsFor(person, query));
}

export async function answerPatient(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const person = signedIn(step);
  const form = readStepForm(use, step, 'patient', request);
  if (form.get('decision') === 'deny') {
    await recordConsent(use, request, step, 'consent-refused', 'no patient chosen');
    return goOn(use, request, reply, deniedResult('the person chose no patient'));
  }
  const id = form.get('patient') ?? '';
  const patient = /^[A-Za-z0-9.-]{1,64}$/.test(id) ? await step.picker.patientById(person, id) : undefined;
  if (patient === undefined) return sendPicker(use, reply, step, person, '', await step.picker.patientsFor(person, ''), 422);
  return goOn(use, request, reply, { patient: { id: patient.id } });
}

function sendPicker(
  use: StepDependencies,
  reply: FastifyReply,
  step: Step,
  person: KnownPerson,
  query: string,
  patients: readonly PickerPatient[],
  status = 200,
): FastifyReply {
  const page = patientPickerPage({
    brand: use.brand,
    app: step.client.name,
    person: person.name,
    glass: step.glass,
    action: `/interaction/${step.uid}/patient`,
    searchAction: `/interaction/${step.uid}/patient/search`,
    csrf: use.formTokens.make(step.uid, 'patient'),
    query,
    patients: patients.slice(0, SHOWN),
    more: patients.length > SHOWN,
    mayBreakGlass: use.mayBreakGlass(person.roles),
    now: use.now(),
  });
  return sendPage(use, reply, page, status, step.redirectUri);
}

function signedIn(step: Step): KnownPerson {
  if (step.person === undefined) throw new errors.SessionNotFound('nobody is signed in');
  return step.person;
}

/** Staff always choose: that their list is short today says nothing. */
function isStaff(person: KnownPerson): boolean {
  return person.fhirUser === undefined || /^Practitioner(Role)?\//.test(person.fhirUser);
}

/**
 * "Let this app use your record?" What is ticked becomes a grant of its own for this launch. INVARIANT: a grant is what was asked, narrowed by
 * what was ticked; a form cannot add to it.
 */
import { narrow, parseScopes, type ScopeSet } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { insertLaunchContext } from '../../storage/launch-contexts.ts';
import { auditDraft, type KnownPerson } from '../audit-drafts.ts';
import { chosenScopes } from '../chosen-scopes.ts';
import { needsPatient } from '../login-policy.ts';
import { consentPage } from '../pages/consent.ts';
import { allowedPurposes, BREAK_THE_GLASS } from '../purposes.ts';
import { scopesOfPerson } from '../scopes-of-person.ts';
import { withheldBut } from '../sensitive-parts.ts';
import { asksForGlass, brokenFor, glassOf } from './glass.ts';
import { deniedResult, goOn, placeOf, readStepForm, type Step, type StepDependencies, sendPage } from './step.ts';

const DAY_MS = 86_400_000;

export async function showConsent(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const person = signedIn(step);
  const purposes = allowedPurposes(use.purposes, person.roles, step.purposes);
  const glass = await glassOf(use, step);
  if (step.purposes.some((code) => code !== BREAK_THE_GLASS) && purposes.length === 0) {
    await recordConsent(use, request, step, 'consent-refused', 'no purpose of use that the person’s roles allow');
    return goOn(use, request, reply, deniedResult('the person may not name any of these purposes of use'));
  }
  const patientId = contextOf(step);
  const own = patientId !== undefined && person.fhirUser === `Patient/${patientId}`;
  const patient = patientId === undefined ? undefined : await step.picker.patientById(person, patientId, brokenFor(glass));
  if (patientId !== undefined && patient === undefined)
    throw new errors.SessionNotFound('the patient cannot be opened any more');
  const page = consentPage({
    brand: use.brand,
    app: step.client.name,
    returnsTo: hostOf(step.redirectUri),
    person: person.name,
    glass: step.glass,
    patient,
    own,
    scopes: offered(use, step, person),
    purposes,
    sensitive: asksForSensitive(use, step, person),
    emergency: glass?.id,
    now: use.now(),
    stayUntil: use.now() + use.stayConnectedDays * DAY_MS,
    action: `/interaction/${step.uid}/consent`,
    csrf: use.formTokens.make(step.uid, 'consent'),
  });
  return sendPage(use, reply, page, 200, step.redirectUri);
}

export async function answerConsent(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const person = signedIn(step);
  const form = readStepForm(use, step, 'consent', request);
  const granted =
    form.get('decision') === 'allow'
      ? narrow(offered(use, step, person), chosenScopes(form, offered(use, step, person), form.get('duration') === 'stay'))
      : [];
  const glass = await glassOf(use, step);
  if (granted.length === 0 || (asksForGlass(step) && (glass === undefined || step.audience !== use.fhirBase))) {
    await recordConsent(use, request, step, 'consent-refused');
    return goOn(use, request, reply, deniedResult('the person did not allow it'));
  }
  const purposes = allowedPurposes(use.purposes, person.roles, step.purposes).filter((code) =>
    form.getAll('purpose').includes(code),
  );
  const declared = glass === undefined ? purposes : [...purposes, BREAK_THE_GLASS];
  const withheld = asksForSensitive(use, step, person) ? withheldBut(form.getAll('sensitive')) : [];
  const { purposes: _asked, ...launch } = step.launch ?? {};
  const grant = new use.provider.Grant({ accountId: person.id, clientId: step.client.id });
  grant.addOIDCScope(granted.join(' '));
  grant.addResourceScope(step.audience, granted.join(' '));
  const grantId = await grant.save();
  await insertLaunchContext(use.db, {
    grant_id: grantId,
    person_id: person.id,
    client_id: step.client.id,
    patient: contextOf(step) ?? null,
    encounter: contextOf(step) === undefined ? null : (step.encounter ?? null),
    more: JSON.stringify({
      ...launch,
      ...(declared.length === 0 ? {} : { purposes: declared }),
      ...(glass === undefined ? {} : { glass: glass.id }),
      ...(withheld.length === 0 ? {} : { withheld }),
    }),
  });
  await recordConsent(use, request, step, 'consent-given', granted.join(' '));
  return goOn(use, request, reply, { consent: { grantId } });
}

/** A person's own pages need no consent of theirs: nothing is granted but knowing who is signed in. */
export async function allowOwnPages(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const grant = new use.provider.Grant({ accountId: signedIn(step).id, clientId: step.client.id });
  grant.addOIDCScope('openid');
  grant.addResourceScope(step.audience, 'openid');
  return goOn(use, request, reply, { consent: { grantId: await grant.save() } });
}

/** Also for the picker, where going back is a refusal. */
export function recordConsent(
  use: StepDependencies,
  request: FastifyRequest,
  step: Step,
  action: 'consent-given' | 'consent-refused',
  reason?: string,
) {
  return use.auditLog.append(
    auditDraft({
      kind: 'consent-page',
      action,
      outcome: action === 'consent-given' ? 'permit' : 'deny',
      reason,
      client: step.client,
      person: step.person,
      patient: contextOf(step),
      ...placeOf(request),
    }),
  );
}

/** A patient's own record, by an app that reads more of it than who they are. */
function asksForSensitive(use: StepDependencies, step: Step, person: KnownPerson): boolean {
  const { audience } = step;
  const patient = contextOf(step);
  // Where nobody of ours reads along, nothing could be kept back.
  if (audience !== use.fhirBase || patient === undefined || person.fhirUser !== `Patient/${patient}`) return false;
  return parseScopes(step.scope).some(
    (scope) =>
      scope.kind === 'resource' && scope.context === 'patient' && /[rs]/.test(scope.actions) && scope.type !== 'Patient',
  );
}

/** What may be ticked. Without a FHIR resource for the person there is no `fhirUser` to tell. */
function offered(use: StepDependencies, step: Step, person: KnownPerson): ScopeSet {
  const scopes = scopesOfPerson(parseScopes(step.scope), person.roles, use.scopesByRole);
  return scopes.filter((scope) => {
    // what a broken glass opens is never refreshed.
    if (scope.kind === 'offline' && asksForGlass(step)) return false;
    if (scope.kind === 'identity') return scope.name !== 'fhirUser' || person.fhirUser !== undefined;
    // A context is promised only where there is one: `launch` by the EHR, `launch/encounter` with a visit.
    if (scope.kind !== 'launch') return true;
    return scope.target === undefined
      ? step.launch !== undefined
      : scope.target !== 'encounter' || step.encounter !== undefined;
  });
}

function contextOf(step: Step): string | undefined {
  if (!needsPatient(step.scope) && step.launch === undefined) return undefined;
  if (!needsPatient(step.scope)) return step.patient;
  if (step.prompt === 'consent' && step.patient === undefined) throw new errors.SessionNotFound('no patient was chosen');
  return step.patient;
}

function signedIn(step: Step): KnownPerson {
  if (step.person === undefined) throw new errors.SessionNotFound('nobody is signed in');
  return step.person;
}

function hostOf(uri: string): string {
  const url = URL.parse(uri);
  return url === null ? '' : url.host === '' ? url.protocol : url.host;
}

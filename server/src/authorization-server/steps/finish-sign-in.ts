/**
 * What follows a factor that was right: a second one where it is needed, otherwise the person is signed in. INVARIANT: who has a second factor, or
 * needs one by role or by what the app asks, is signed in only after it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { knownPerson } from '../account.ts';
import { type Acr, wantedAcr } from '../assurance.ts';
import { auditDraft, type KnownPerson } from '../audit-drafts.ts';
import { stepUpReasons } from '../login-policy.ts';
import type { PeopleDependencies } from './people.ts';
import { type FirstFactor, goOn, placeOf, type Step, type StepDependencies } from './step.ts';

/** How long the second factor may take. */
const PATIENCE_MS = 600_000;

export interface Pending {
  readonly person: KnownPerson;
  readonly amr: readonly string[];
  readonly remember: boolean;
  /** The factor was shown in this login; otherwise it is the session's, and whoever sits at this computer now need not be its owner. */
  readonly fresh: boolean;
}

/** Who has shown one factor, in this login or (for a step-up) in this session. */
export async function pendingPerson(use: StepDependencies, step: Step): Promise<Pending | undefined> {
  const { first } = step;
  if (first !== undefined && use.now() - first.at <= PATIENCE_MS) {
    const person = await knownPerson(use.db, first.personId);
    return person === undefined ? undefined : { person, amr: first.amr, remember: first.remember, fresh: true };
  }
  const isStepUp = step.reasons.length > 0 && step.reasons.every((reason) => stepUpReasons.has(reason));
  return isStepUp && step.person !== undefined
    ? { person: step.person, amr: step.sessionAmr, remember: false, fresh: false }
    : undefined;
}

/** After a first factor. */
export async function afterFirstFactor(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
  person: KnownPerson,
  how: { readonly amr: readonly string[]; readonly remember: boolean },
): Promise<FastifyReply> {
  const needed =
    wantedAcr(step.acrValues) === 'aal2' ||
    person.roles.some((role) => use.secondFactorRoles.includes(role)) ||
    (await use.factors.of(person.id)).any;
  if (!needed) return signedIn(use, request, reply, person.id, { ...how, acr: 'aal1' });
  const first: FirstFactor = { personId: person.id, amr: how.amr, remember: how.remember, at: use.now() };
  return goOn(use, request, reply, { first });
}

/** Signed in. Times, assurance and means go into the session, and from there into every token. */
export async function signedIn(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  personId: string,
  how: { readonly amr: readonly string[]; readonly remember: boolean; readonly acr: Acr },
): Promise<FastifyReply> {
  await leaveOtherSession(use, request, reply, personId);
  const { amr, acr, remember } = how;
  return goOn(use, request, reply, { login: { accountId: personId, remember, amr: [...amr], acr }, first: undefined });
}

/** `action`: the means of signing in, or `user-…` for a change of them. */
export function recordSignIn(
  use: StepDependencies,
  request: FastifyRequest,
  step: Step,
  action: string,
  person: KnownPerson | undefined,
  refused: string | undefined,
) {
  return use.auditLog.append(
    auditDraft({
      kind: action.startsWith('user-') ? 'administration' : 'sign-in',
      action,
      outcome: refused === undefined ? 'permit' : 'deny',
      reason: refused,
      client: step.client,
      person,
      ...placeOf(request),
    }),
  );
}

/** Somebody else was signed in on this computer: their session ends here, so that the next step is only the new person's. */
async function leaveOtherSession(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  personId: string,
): Promise<void> {
  const session = await use.provider.Session.get(use.provider.createContext(request.raw, reply.raw));
  if (session.accountId === undefined || session.accountId === personId) return;
  const interaction = await use.provider.interactionDetails(request.raw, reply.raw);
  interaction.session = undefined;
  await interaction.persist();
  await session.destroy();
}

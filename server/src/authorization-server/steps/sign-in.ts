/** Sign in by username and password. INVARIANT: unknown name, wrong password and disabled person are one answer after the same work. */
import { Problem } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personByUsername } from '../../storage/people.ts';
import { auditDraft, type KnownPerson } from '../audit-drafts.ts';
import { type SignInProblem, signInPage } from '../pages/sign-in.ts';
import type { Passwords } from '../passwords.ts';
import type { Throttle } from '../throttle.ts';
import { goOn, placeOf, readStepForm, type Step, type StepDependencies, sendPage } from './step.ts';

export interface SignInDependencies extends StepDependencies {
  readonly passwords: Passwords;
  readonly throttle: Throttle;
}

export function showSignIn(
  use: SignInDependencies,
  reply: FastifyReply,
  step: Step,
  username = '',
  problem?: SignInProblem,
): FastifyReply {
  const page = signInPage({
    brand: use.brand,
    issuer: use.issuer,
    app: step.client.name,
    action: `/interaction/${step.uid}/sign-in`,
    csrf: use.formTokens.make(step.uid, 'login'),
    username,
    problem,
  });
  if (problem?.kind === 'wait') reply.header('Retry-After', String(Math.ceil((problem.until - use.now()) / 1000)));
  const status = { none: 200, mismatch: 422, wait: 429, busy: 503 }[problem?.kind ?? 'none'];
  return sendPage(use, reply, page, status, step.redirectUri);
}

export async function answerSignIn(
  use: SignInDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const form = readStepForm(use, step, 'login', request);
  const username = (form.get('username') ?? '').trim().slice(0, 200);
  const password = (form.get('password') ?? '').slice(0, 1000);
  const { address } = placeOf(request);

  const until = use.throttle.waitUntil(username, address);
  if (until !== undefined) {
    await record(use, request, step, undefined, 'too many tries');
    return showSignIn(use, reply, step, username, { kind: 'wait', until });
  }
  use.throttle.tried(username, address);
  const person = await personByUsername(use.db, username);
  let matches: boolean;
  try {
    matches = await use.passwords.verify(password, person?.password_hash);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'rate-limited') throw error;
    await record(use, request, step, undefined, 'too many sign-ins at once');
    return showSignIn(use, reply, step, username, { kind: 'busy' });
  }
  const known =
    person === undefined
      ? undefined
      : { id: person.id, name: person.name, roles: person.roles, fhirUser: person.fhir_user ?? undefined };
  if (known === undefined || !matches || person?.disabled !== false) {
    const reason = known === undefined ? 'unknown username' : matches ? 'disabled' : 'wrong password';
    await record(use, request, step, known, reason);
    return showSignIn(use, reply, step, username, { kind: 'mismatch' });
  }
  use.throttle.succeeded(username, address);
  await record(use, request, step, known, undefined);
  await leaveOtherSession(use, request, reply, known.id);
  return goOn(use, request, reply, { login: { accountId: known.id, remember: form.get('remember') === 'yes', amr: ['pwd'] } });
}

function record(
  use: SignInDependencies,
  request: FastifyRequest,
  step: Step,
  person: KnownPerson | undefined,
  refused: string | undefined,
) {
  return use.auditLog.append(
    auditDraft({
      kind: 'sign-in',
      action: 'password',
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
  use: SignInDependencies,
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

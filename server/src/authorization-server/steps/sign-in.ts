/** Sign in by username and password. INVARIANT: unknown name, wrong password and disabled person are one answer after the same work. */
import { Problem } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personByUsername } from '../../storage/people.ts';
import { type SignInProblem, signInPage } from '../pages/sign-in.ts';
import { afterFirstFactor, recordSignIn } from './finish-sign-in.ts';
import type { PeopleDependencies } from './people.ts';
import { placeOf, readStepForm, type Step, sendPage } from './step.ts';

export function showSignIn(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  username = step.hint,
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
    passkeyAt: use.passkeys.usable ? `/interaction/${step.uid}?way=passkey` : undefined,
    providers: use.providers.map(({ id, name }) => ({ name, at: `/interaction/${step.uid}/external/${id}` })),
  });
  if (problem?.kind === 'wait') reply.header('Retry-After', String(Math.ceil((problem.until - use.now()) / 1000)));
  const status = { none: 200, mismatch: 422, wait: 429, busy: 503, external: 422, unlinked: 422 }[problem?.kind ?? 'none'];
  return sendPage(use, reply, page, status, step.redirectUri);
}

export async function answerSignIn(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const form = readStepForm(use, step, 'login', request);
  const username = (form.get('username') ?? '').trim().slice(0, 200);
  const password = (form.get('password') ?? '').slice(0, 1000);
  const { address } = placeOf(request);

  const until = await use.throttle.tried(username, address);
  if (until !== undefined) {
    await recordSignIn(use, request, step, 'password', undefined, 'too many tries');
    return showSignIn(use, reply, step, username, { kind: 'wait', until });
  }
  const person = await personByUsername(use.db, username);
  let matches: boolean;
  try {
    matches = await use.passwords.verify(password, person?.password_hash);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'rate-limited') throw error;
    await recordSignIn(use, request, step, 'password', undefined, 'too many sign-ins at once');
    return showSignIn(use, reply, step, username, { kind: 'busy' });
  }
  const known =
    person === undefined
      ? undefined
      : { id: person.id, name: person.name, roles: person.roles, fhirUser: person.fhir_user ?? undefined };
  if (known === undefined || !matches || person?.disabled !== false) {
    const reason = known === undefined ? 'unknown username' : matches ? 'disabled' : 'wrong password';
    await recordSignIn(use, request, step, 'password', known, reason);
    return showSignIn(use, reply, step, username, { kind: 'mismatch' });
  }
  await use.throttle.succeeded(username, address);
  await recordSignIn(use, request, step, 'password', known, undefined);
  return afterFirstFactor(use, request, reply, step, known, { amr: ['pwd'], remember: form.get('remember') === 'yes' });
}

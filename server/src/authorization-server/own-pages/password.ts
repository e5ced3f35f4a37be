/** Changing the password, and signing out everywhere. Both end every session and every token of the person, on every node, before they are told done. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setPersonPassword } from '../../storage/people.ts';
import { type PasswordProblem, passwordPage } from '../pages/password.ts';
import { signedOutPage } from '../pages/sign-out.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { sendPage } from '../steps/step.ts';
import { record } from './account.ts';
import type { OwnSession } from './own-session.ts';

export async function showPassword(
  use: PeopleDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  problem?: PasswordProblem,
): Promise<FastifyReply> {
  const csrf = use.formTokens.make(mine.uid, '/account/password');
  const { person, row, glass } = mine;
  const page = passwordPage({ brand: use.brand, person: person.name, glass, username: row.username, csrf, problem });
  return sendPage(use, reply, page, problem === undefined ? 200 : problem.kind === 'wait' ? 429 : 422);
}

export async function answerPassword(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const [old, fresh, again] = ['old', 'new', 'again'].map((name) => (form.get(name) ?? '').slice(0, 1000)) as [
    string,
    string,
    string,
  ];
  const refuse = async (problem: PasswordProblem) => {
    await record(use, request, mine, 'password-changed', problem.kind);
    return showPassword(use, reply, mine, problem);
  };
  const until = await use.throttle.codeTried(mine.person.id);
  if (until !== undefined) return refuse({ kind: 'wait', until });
  if (!(await use.passwords.verify(old, mine.row.password_hash))) return refuse({ kind: 'wrong-old' });
  await use.throttle.codeSucceeded(mine.person.id);
  if (fresh !== again) return refuse({ kind: 'differ' });
  const fault = await use.rules.faultOf(fresh, mine.row.username);
  if (fault !== undefined) return refuse({ kind: fault });
  await record(use, request, mine, 'password-changed', undefined);
  await setPersonPassword(use.db, mine.person.id, await use.passwords.hash(fresh));
  await use.accounts.signOutEverywhere(mine.person.id);
  // This session proved itself a moment ago; all others are gone.
  await mine.session.persist();
  return reply.redirect('/account?done=password', 303);
}

export async function answerEverywhere(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
): Promise<FastifyReply> {
  await record(use, request, mine, 'signed-out-everywhere', undefined);
  await use.accounts.signOutEverywhere(mine.person.id);
  return sendPage(use, reply, signedOutPage({ brand: use.brand }));
}

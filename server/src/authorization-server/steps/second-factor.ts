/** The second step: a code of the person's app, a recovery code, or a passkey; a passkey also alone, in the password's place. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { knownPerson } from '../account.ts';
import { passkeyPage } from '../pages/passkey.ts';
import { passkeyScriptHash } from '../pages/passkey-script.ts';
import { type CodeProblem, type SecondWay, secondFactorPage } from '../pages/second-factor.ts';
import { showEnrolment } from './enrol.ts';
import { type Pending, pendingPerson, recordSignIn, signedIn } from './finish-sign-in.ts';
import type { PeopleDependencies } from './people.ts';
import { showSignIn } from './sign-in.ts';
import { readStepForm, type Step, sendPage } from './step.ts';

/** Whichever page of signing in comes next. `?way=` chooses among what the person has; it can skip nothing. */
export async function showLogin(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const way = (request.query as { readonly way?: unknown }).way;
  const pending = way === 'other' ? undefined : await pendingPerson(use, step);
  if (pending === undefined) return way === 'passkey' ? showPasskey(use, reply, step, undefined) : showSignIn(use, reply, step);
  const ways = await waysOf(use, pending.person.id);
  // A session alone sets up nothing: an unlocked computer would give its finder a second factor for good.
  if (ways.length === 0) return pending.fresh ? showEnrolment(use, reply, step, pending, way) : showSignIn(use, reply, step);
  const chosen = ways.find((one) => one === way) ?? ways[0];
  return chosen === 'passkey' ? showPasskey(use, reply, step, pending) : showCode(use, reply, step, pending, chosen ?? 'app');
}

export async function answerCode(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
  way: 'app' | 'recovery',
): Promise<FastifyReply> {
  const form = readStepForm(use, step, 'login', request);
  const pending = await needPending(use, step);
  const action = way === 'app' ? 'code' : 'recovery-code';
  const until = await use.throttle.codeTried(pending.person.id);
  if (until !== undefined) {
    await recordSignIn(use, request, step, action, pending.person, 'too many tries');
    return showCode(use, reply, step, pending, way, { kind: 'wait', until });
  }
  const code = (form.get('code') ?? '').trim().slice(0, 100);
  const right =
    way === 'app'
      ? await use.factors.checkCode(pending.person.id, code)
      : await use.factors.checkRecoveryCode(pending.person.id, code);
  if (!right) {
    await recordSignIn(use, request, step, action, pending.person, 'wrong code');
    return showCode(use, reply, step, pending, way, { kind: 'wrong' });
  }
  await use.throttle.codeSucceeded(pending.person.id);
  await recordSignIn(use, request, step, action, pending.person, undefined);
  return signedIn(use, request, reply, pending.person.id, {
    amr: [...pending.amr, 'otp', 'mfa'],
    remember: pending.remember,
    acr: 'aal2',
  });
}

export async function answerPasskey(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const form = readStepForm(use, step, 'login', request);
  const pending = await pendingPerson(use, step);
  // The page for whoever the passkey belongs to says so; a pending person's page takes only theirs.
  const alone = form.get('alone') === 'yes' || pending === undefined;
  const proof = await use.passkeys.check(step.uid, form.get('answer') ?? '', alone ? undefined : pending.person.id);
  const person = proof === undefined ? undefined : await knownPerson(use.db, proof.personId);
  if (proof === undefined || person === undefined) {
    await recordSignIn(use, request, step, 'passkey', alone ? undefined : pending.person, 'passkey refused');
    return showPasskey(use, reply, step, alone ? undefined : pending, true);
  }
  await recordSignIn(use, request, step, 'passkey', person, undefined);
  const before = alone ? [] : pending.amr;
  const remember = alone ? false : pending.remember;
  return signedIn(use, request, reply, person.id, { amr: [...before, ...proof.amr], remember, acr: 'aal2' });
}

export async function needPending(use: PeopleDependencies, step: Step): Promise<Pending> {
  const pending = await pendingPerson(use, step);
  if (pending === undefined) throw new errors.SessionNotFound('no first factor, or too long ago');
  return pending;
}

/** What a person can be asked for, most likely first. Recovery codes alone are nothing to sign in with. */
export async function waysOf(use: PeopleDependencies, personId: string): Promise<readonly SecondWay[]> {
  const factors = await use.factors.of(personId);
  if (!factors.any) return [];
  const ways: SecondWay[] = [];
  if (factors.apps.length > 0) ways.push('app');
  if (factors.passkeys.length > 0 && use.passkeys.usable) ways.push('passkey');
  if (factors.recoveryCodes > 0) ways.push('recovery');
  return ways;
}

async function showCode(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  pending: Pending,
  way: 'app' | 'recovery',
  problem?: CodeProblem,
): Promise<FastifyReply> {
  const page = secondFactorPage({
    brand: use.brand,
    person: pending.person.name,
    way,
    ways: await waysOf(use, pending.person.id),
    step: `/interaction/${step.uid}`,
    csrf: use.formTokens.make(step.uid, 'login'),
    problem,
  });
  if (problem?.kind === 'wait') reply.header('Retry-After', String(Math.ceil((problem.until - use.now()) / 1000)));
  return sendPage(use, reply, page, problem === undefined ? 200 : problem.kind === 'wait' ? 429 : 422, step.redirectUri);
}

async function showPasskey(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  pending: Pending | undefined,
  failed = false,
): Promise<FastifyReply> {
  const at = `/interaction/${step.uid}`;
  const page = passkeyPage({
    brand: use.brand,
    person: pending?.person.name,
    make: false,
    options: await use.passkeys.ask(step.uid, pending?.person.id),
    action: `${at}/passkey`,
    csrf: use.formTokens.make(step.uid, 'login'),
    failed,
    alone: pending === undefined,
    step: pending === undefined ? `${at}?way=other` : at,
    otherAt: at,
    ways: pending === undefined ? [] : await waysOf(use, pending.person.id),
  });
  return sendPage(use, reply, page, failed ? 422 : 200, step.redirectUri, passkeyScriptHash);
}

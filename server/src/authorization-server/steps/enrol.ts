/**
 * Setting up a second step while signing in, for whoever needs one and has none, after a first factor in this very login. INVARIANT: who has one cannot
 * add another with the password alone: that is done in their account, after signing in with what they have.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { personById } from '../../storage/people.ts';
import { base32 } from '../factors/base32.ts';
import { totpUri } from '../factors/totp.ts';
import { enrolAppPage, enrolPage, recoveryCodesPage } from '../pages/enrol.ts';
import { passkeyPage } from '../pages/passkey.ts';
import { passkeyScriptHash } from '../pages/passkey-script.ts';
import { type Pending, pendingPerson, recordSignIn, signedIn } from './finish-sign-in.ts';
import type { PeopleDependencies } from './people.ts';
import { readStepForm, type Step, sendPage } from './step.ts';

type Way = 'app' | 'passkey';

export async function showEnrolment(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  pending: Pending,
  way: unknown,
): Promise<FastifyReply> {
  if (way === 'app') return showApp(use, reply, step, pending);
  if (way === 'passkey') return showPasskey(use, reply, step, pending, false);
  const page = enrolPage({
    passkeys: use.passkeys.usable,
    brand: use.brand,
    person: pending.person.name,
    step: `/interaction/${step.uid}`,
  });
  return sendPage(use, reply, page, 200, step.redirectUri);
}

export async function answerEnrolment(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
  way: Way,
): Promise<FastifyReply> {
  const form = readStepForm(use, step, 'login', request);
  const pending = await withoutFactor(use, step);
  const { person } = pending;
  const texts = use.brand.language.texts.enrol;
  const kept =
    way === 'app'
      ? await use.factors.addApp(person.id, form.get('sealed') ?? '', form.get('code') ?? '', texts.appName)
      : await use.passkeys.add(step.uid, person.id, form.get('answer') ?? '', texts.passkeyName);
  await recordSignIn(use, request, step, 'user-second-factor-set-up', person, kept ? undefined : `${way} not confirmed`);
  if (!kept) {
    return way === 'app'
      ? showApp(use, reply, step, pending, form.get('sealed') ?? '')
      : showPasskey(use, reply, step, pending, true);
  }
  const page = recoveryCodesPage({
    brand: use.brand,
    person: person.name,
    codes: await use.factors.makeRecoveryCodes(person.id),
    next: { action: `/interaction/${step.uid}/enrolled`, csrf: use.formTokens.make(step.uid, doneForm(way, person.id)) },
  });
  return sendPage(use, reply, page, 200, step.redirectUri);
}

/** The page with the recovery codes was read. Its form's token says what was just proved, and by whom. */
export async function answerEnrolled(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const pending = step.prompt === 'login' ? await pendingPerson(use, step) : undefined;
  const token = new URLSearchParams(String(request.body ?? '')).get('csrf');
  const way = (['app', 'passkey'] as const).find(
    (one) => pending !== undefined && use.formTokens.check(step.uid, doneForm(one, pending.person.id), token),
  );
  if (pending?.fresh !== true || way === undefined) throw new errors.SessionNotFound('not a form of this step');
  const amr = [...pending.amr, way === 'app' ? 'otp' : 'swk', 'mfa'];
  return signedIn(use, request, reply, pending.person.id, { amr, remember: pending.remember, acr: 'aal2' });
}

const doneForm = (way: Way, personId: string) => `enrolled ${way} ${personId}`;

async function withoutFactor(use: PeopleDependencies, step: Step): Promise<Pending> {
  const pending = await pendingPerson(use, step);
  if (pending?.fresh !== true || (await use.factors.of(pending.person.id)).any)
    throw new errors.SessionNotFound('nothing to set up here');
  return pending;
}

async function showApp(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  pending: Pending,
  again?: string,
): Promise<FastifyReply> {
  const { id, name } = pending.person;
  // After a wrong code the same secret: the phone has it already.
  const before = again === undefined ? undefined : use.factors.proposed(id, again);
  const { secret, sealed } = before === undefined ? use.factors.propose(id) : { secret: before, sealed: again ?? '' };
  const page = enrolAppPage({
    brand: use.brand,
    person: name,
    step: `/interaction/${step.uid}`,
    action: `/interaction/${step.uid}/enrol-app`,
    csrf: use.formTokens.make(step.uid, 'login'),
    secret: base32(secret),
    uri: totpUri(secret, use.brand.name.slice(0, 40), await usernameOf(use, id)),
    sealed,
    wrong: again !== undefined,
  });
  return sendPage(use, reply, page, again === undefined ? 200 : 422, step.redirectUri);
}

async function showPasskey(
  use: PeopleDependencies,
  reply: FastifyReply,
  step: Step,
  pending: Pending,
  failed: boolean,
): Promise<FastifyReply> {
  const { id, name } = pending.person;
  const at = `/interaction/${step.uid}`;
  const page = passkeyPage({
    brand: use.brand,
    person: name,
    make: true,
    options: await use.passkeys.propose(step.uid, { id, name, username: await usernameOf(use, id) }),
    action: `${at}/enrol-passkey`,
    csrf: use.formTokens.make(step.uid, 'login'),
    failed,
    alone: false,
    step: at,
    otherAt: at,
    ways: [],
  });
  return sendPage(use, reply, page, failed ? 422 : 200, step.redirectUri, passkeyScriptHash);
}

async function usernameOf(use: PeopleDependencies, id: string): Promise<string> {
  return (await personById(use.db, id))?.username ?? '';
}

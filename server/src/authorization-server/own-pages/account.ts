/** The account page, and the second step: adding, removing, new recovery codes. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { auditDraft } from '../audit-drafts.ts';
import { base32 } from '../factors/base32.ts';
import { totpUri } from '../factors/totp.ts';
import { accountPage } from '../pages/account.ts';
import { enrolAppPage, recoveryCodesPage } from '../pages/enrol.ts';
import { passkeyPage } from '../pages/passkey.ts';
import { passkeyScriptHash } from '../pages/passkey-script.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { placeOf, sendPage } from '../steps/step.ts';
import type { OwnSession } from './own-session.ts';

type Way = 'app' | 'passkey';

export async function showAccount(
  use: PeopleDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  done: string,
): Promise<FastifyReply> {
  const page = accountPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    username: mine.row.username,
    hasPassword: mine.row.password_hash.startsWith('$'),
    factors: mine.factors,
    passkeys: use.passkeys.usable,
    mustKeepOne: mustKeepOne(use, mine),
    csrf: (form) => use.formTokens.make(mine.uid, form),
    done,
  });
  return sendPage(use, reply, page);
}

export async function showSetUp(
  use: PeopleDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  way: Way,
  again?: string,
): Promise<FastifyReply> {
  const { brand } = use;
  const { id, name } = mine.person;
  const common = {
    brand,
    person: name,
    glass: mine.glass,
    step: '/account',
    action: `/account/${way}`,
    csrf: use.formTokens.make(mine.uid, `/account/${way}`),
  };
  const status = again === undefined ? 200 : 422;
  if (way === 'passkey') {
    const options = await use.passkeys.propose(mine.uid, { id, name, username: mine.row.username });
    const page = passkeyPage({
      ...common,
      make: true,
      options,
      failed: again !== undefined,
      alone: false,
      otherAt: '/account',
      ways: [],
    });
    return sendPage(use, reply, page, status, undefined, passkeyScriptHash);
  }
  // After a wrong code the same secret: the phone has it already.
  const before = again === undefined ? undefined : use.factors.proposed(id, again);
  const { secret, sealed } = before === undefined ? use.factors.propose(id) : { secret: before, sealed: again ?? '' };
  const uri = totpUri(secret, brand.name.slice(0, 40), mine.row.username);
  return sendPage(
    use,
    reply,
    enrolAppPage({ ...common, secret: base32(secret), uri, sealed, wrong: again !== undefined }),
    status,
  );
}

export async function answerSetUp(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
  way: Way,
): Promise<FastifyReply> {
  const texts = use.brand.language.texts.enrol;
  const { id } = mine.person;
  const sealed = form.get('sealed') ?? '';
  const kept =
    way === 'app'
      ? await use.factors.addApp(id, sealed, form.get('code') ?? '', texts.appName)
      : await use.passkeys.add(mine.uid, id, form.get('answer') ?? '', texts.passkeyName);
  await record(use, request, mine, 'second-factor-set-up', kept ? undefined : `${way} not confirmed`);
  if (!kept) return showSetUp(use, reply, mine, way, sealed);
  // What was just proved counts for this session too: otherwise the next page would ask again.
  mine.session.acr = 'aal2';
  mine.session.amr = [...new Set([...(mine.session.amr ?? []), way === 'app' ? 'otp' : 'swk', 'mfa'])];
  await mine.session.persist();
  if (mine.factors.recoveryCodes > 0) return reply.redirect('/account?done=factor', 303);
  return showCodes(use, reply, mine);
}

export async function answerRemove(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const kept = mustKeepOne(use, mine);
  const id = form.get('factor') ?? '';
  const removed = !kept && (await use.factors.remove(mine.person.id, id));
  // Recovery codes stand in for a factor: without one they would wait for the next.
  const left = mine.factors.apps.length + mine.factors.passkeys.length - 1;
  if (removed && left === 0) await use.factors.removeAll(mine.person.id);
  await record(use, request, mine, 'second-factor-removed', removed ? undefined : kept ? 'the role needs one' : 'not there');
  return reply.redirect(removed ? '/account?done=removed' : '/account', 303);
}

export async function answerNewCodes(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
): Promise<FastifyReply> {
  await record(use, request, mine, 'recovery-codes-made', undefined);
  return showCodes(use, reply, mine);
}

async function showCodes(use: PeopleDependencies, reply: FastifyReply, mine: OwnSession): Promise<FastifyReply> {
  const codes = await use.factors.makeRecoveryCodes(mine.person.id);
  const next = '/account?done=factor';
  return sendPage(
    use,
    reply,
    recoveryCodesPage({ brand: use.brand, person: mine.person.name, glass: mine.glass, codes, next }),
  );
}

/** Whose role needs a second step keeps the last one. */
function mustKeepOne(use: PeopleDependencies, mine: OwnSession): boolean {
  const needed = mine.person.roles.some((role) => use.secondFactorRoles.includes(role));
  return needed && mine.factors.apps.length + mine.factors.passkeys.length <= 1;
}

/** Changes of how somebody signs in are administration, by themselves (DICOM 110137). */
export function record(
  use: PeopleDependencies,
  request: FastifyRequest,
  mine: OwnSession,
  action: string,
  refused: string | undefined,
) {
  const outcome = refused === undefined ? 'permit' : 'deny';
  return use.auditLog.append(
    auditDraft({
      kind: 'administration',
      action: `user-${action}`,
      outcome,
      reason: refused,
      person: mine.person,
      ...placeOf(request),
    }),
  );
}

/** Sign out: ends the session, and all that was promised to last only as long as it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { onRecord } from '../../audit-log/on-record.ts';
import type { TokenRevocation } from '../../token/revoke.ts';
import { knownPerson } from '../account.ts';
import { auditDraft } from '../audit-drafts.ts';
import { parseForm } from '../form.ts';
import { own } from '../forward.ts';
import { signedOutPage, signOutPage } from '../pages/sign-out.ts';
import { tellApps } from '../tell-apps.ts';
import { placeOf, type StepDependencies, sendPage } from './step.ts';

export interface SignOutDependencies extends StepDependencies {
  readonly revocation: TokenRevocation;
}

export async function showSignOut(
  use: SignOutDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await sessionOf(use, request, reply);
  if (session.accountId === undefined) return sendPage(use, reply, signedOutPage({ brand: use.brand }));
  const glass = await use.glassBars(await knownPerson(use.db, session.accountId, request.ip), session.uid);
  return sendPage(use, reply, signOutPage({ brand: use.brand, glass, csrf: use.formTokens.make(session.uid, 'sign-out') }));
}

export async function answerSignOut(
  use: SignOutDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await sessionOf(use, request, reply);
  if (session.accountId !== undefined) {
    const token = parseForm(request.body).get('csrf');
    if (!use.formTokens.check(session.uid, 'sign-out', token)) throw new errors.SessionNotFound('not a form of this session');
    const person = await knownPerson(use.db, session.accountId);
    const { accountId, uid } = session;
    const act = auditDraft({ kind: 'sign-out', action: 'sign-out', outcome: 'permit', person, ...placeOf(request) });
    await onRecord(use.auditLog, act, async () => {
      await use.revocation.bySession(accountId, uid);
      const apps = Object.keys(session.authorizations ?? {}).map((clientId) => ({ clientId, sid: session.sidFor(clientId) }));
      await tellApps(use.provider, accountId, apps);
      await session.destroy();
    });
  }
  const gone = `${use.provider.cookieName('session')}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax`;
  reply.header('Set-Cookie', use.issuer.startsWith('https:') ? `${gone}; secure` : gone);
  return sendPage(use, reply, signedOutPage({ brand: use.brand }));
}

function sessionOf(use: SignOutDependencies, request: FastifyRequest, reply: FastifyReply) {
  const { host, protocol } = new URL(use.issuer);
  own(request.raw, host, protocol, request.ip);
  return use.provider.Session.get(use.provider.createContext(request.raw, reply.raw));
}

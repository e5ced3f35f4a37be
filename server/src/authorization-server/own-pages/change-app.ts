/**
 * Narrowing what an app holds, without sending it away: its refresh token moves to a new, narrower grant, and the old grant ends with all else that it
 * issued. INVARIANT: only narrower, only the asker's own; and whatever is being issued from the old grant at that moment is dead on arrival.
 */
import { narrow, parseScopes } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { onRecord } from '../../audit-log/on-record.ts';
import { grantsOfPerson, moveGrant, type PersonGrant } from '../../storage/person-grants.ts';
import { auditDraft } from '../audit-drafts.ts';
import { chosenScopes } from '../chosen-scopes.ts';
import { changeAppPage } from '../pages/change-app.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { placeOf, sendPage } from '../steps/step.ts';
import type { OwnSession } from './own-session.ts';

export async function showChange(
  use: PeopleDependencies,
  _request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const grant = await connected(use, mine, form);
  if (grant === undefined) return reply.redirect('/my-apps', 303);
  const page = changeAppPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    app: grant.clientName,
    grant: grant.id,
    scopes: parseScopes(grant.scope),
    csrf: use.formTokens.make(mine.uid, '/my-apps/narrow'),
  });
  return sendPage(use, reply, page);
}

export async function answerChange(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const held = await connected(use, mine, form);
  const old = held === undefined ? undefined : await use.provider.Grant.find(held.id);
  if (held === undefined || old === undefined) return reply.redirect('/my-apps', 303);
  const before = parseScopes(held.scope);
  const scope = narrow(before, chosenScopes(form, before, true)).join(' ');
  const act = auditDraft({
    kind: 'consent-page',
    action: 'consent-narrowed',
    outcome: 'permit',
    reason: scope,
    client: { id: held.clientId, name: held.clientName },
    person: mine.person,
    patient: held.patient ?? undefined,
    ...placeOf(request),
  });
  await onRecord(use.auditLog, act, async () => {
    const grant = new use.provider.Grant({ accountId: mine.person.id, clientId: held.clientId });
    grant.addOIDCScope(scope);
    for (const audience of Object.keys(old.resources ?? {})) grant.addResourceScope(audience, scope);
    await moveGrant(use.db, { from: held.id, to: await grant.save(), scope });
    await use.revocation.byGrant(held.id);
  });
  return reply.redirect('/my-apps?done=changed', 303);
}

/** One of the person's own that goes on by itself; what ends with its use can be stopped, and asked for anew. */
async function connected(use: PeopleDependencies, mine: OwnSession, form: URLSearchParams): Promise<PersonGrant | undefined> {
  const id = form.get('grant');
  return (await grantsOfPerson(use.db, mine.person.id)).find((one) => one.id === id && one.connectedUntil !== null);
}

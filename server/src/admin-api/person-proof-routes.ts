/** What a person proves themselves with, as an administrator can help: a new password, no second step any more, who they are at another provider. */
import { randomBytes } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { linkExternal, unlinkIdentity } from '../storage/external-identities.ts';
import { deleteFactors } from '../storage/factors.ts';
import { type Person, personById, setPersonPassword } from '../storage/people.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { passwordFaults } from './password-faults.ts';
import { idParams } from './words.ts';

const externalIdentity = z.strictObject({ issuer: z.url().max(500), subject: z.string().min(1).max(255) });

export function personProofRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<Person> => {
    const found = await personById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such person.');
    return found;
  };
  return [
    adminRoute({
      id: 'setPassword',
      method: 'POST',
      path: '/people/{id}/password',
      summary: 'Set a person’s password: signed out everywhere, live tokens end at once',
      right: 'administer',
      params: idParams,
      body: z.strictObject({
        password: z.string().min(1).max(1000).optional().describe('Left out: one is made, and shown in this answer only.'),
      }),
      answer: z.object({ id: z.string(), password: z.string().optional().describe('Only when it was made here.') }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const given = call.body.password;
        const fault = given === undefined ? undefined : await use.rules.faultOf(given, username);
        if (fault !== undefined) throw new Problem('request-not-understood', passwordFaults[fault]);
        const made = given === undefined ? randomBytes(15).toString('base64url') : undefined;
        const act = { action: 'user-password-set', reason: `Set the password of ${username}.` };
        return perform(use.auditLog, call, act, async () => {
          await setPersonPassword(db, id, await use.passwords.hash(given ?? made ?? ''));
          await use.accounts.signOutEverywhere(id);
          return { id, ...(made === undefined ? {} : { password: made }) };
        });
      },
    }),
    adminRoute({
      id: 'resetFactors',
      method: 'POST',
      path: '/people/{id}/reset-factors',
      summary:
        'Forget a person’s authenticator apps, passkeys and recovery codes: signed out everywhere, set up anew at the next sign-in',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const act = { action: 'user-factors-reset', reason: `Forgot the second factors of ${username}.` };
        return perform(use.auditLog, call, act, async () => {
          await deleteFactors(db, id);
          await use.accounts.signOutEverywhere(id);
          return { id };
        });
      },
    }),
    adminRoute({
      id: 'linkExternalIdentity',
      method: 'POST',
      path: '/people/{id}/external-identities',
      summary: 'Let whoever another OpenID provider knows by this issuer and subject sign in as this person',
      right: 'administer',
      params: idParams,
      body: externalIdentity,
      answer: z.object({ id: z.string() }),
      status: 201,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const act = { action: 'user-linked', reason: `Linked ${username} to an identity of ${call.body.issuer}.` };
        return perform(use.auditLog, call, act, async () => {
          if (!(await linkExternal(db, call.body.issuer, call.body.subject, id)))
            throw new Problem('write-conflict', 'This identity is linked already.');
          return { id };
        });
      },
    }),
    adminRoute({
      id: 'unlinkExternalIdentity',
      method: 'POST',
      path: '/people/{id}/external-identities/remove',
      summary: 'Let an identity of another OpenID provider sign in as this person no more: signed out everywhere',
      right: 'administer',
      params: idParams,
      body: externalIdentity,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const { issuer, subject } = call.body;
        const act = { action: 'user-unlinked', reason: `Unlinked ${username} from an identity of ${issuer}.` };
        return perform(use.auditLog, call, act, async () => {
          if (!(await unlinkIdentity(db, issuer, subject, id)))
            throw new Problem('not-found', 'This person has no such identity.');
          // How each session was opened is not known by provider: whoever came by this one must not stay.
          await use.accounts.signOutEverywhere(id);
          return { id };
        });
      },
    }),
    adminRoute({
      id: 'unlockPerson',
      method: 'POST',
      path: '/people/{id}/unlock',
      summary: 'Forget failed tries under a person’s name, so that they need not wait',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const act = { action: 'user-unlocked', reason: `Forgot the failed sign-ins of ${username}.` };
        return perform(use.auditLog, call, act, async () => {
          await use.accounts.unlock({ id, username });
          return { id };
        });
      },
    }),
  ];
}

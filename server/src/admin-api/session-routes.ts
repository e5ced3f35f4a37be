/** Sessions of people: listed, ended one by one or all together. What ended is taken on no node once the answer is there, and the apps were told. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { type Person, personById } from '../storage/people.ts';
import { sessionsOfPerson } from '../storage/sessions.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { idParams } from './words.ts';

const session = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().describe('Earlier when nobody uses it.'),
  acr: z.string().nullable().describe('How surely the person signed in: aal1 or aal2.'),
  amr: z.array(z.string()).describe('By what means (RFC 8176).'),
  apps: z.array(z.string()).describe('Clients that were opened in it.'),
});

export function sessionRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<Person> => {
    const found = await personById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such person.');
    return found;
  };
  return [
    adminRoute({
      id: 'listSessions',
      method: 'GET',
      path: '/people/{id}/sessions',
      summary: 'Where a person is signed in, newest first',
      right: 'look',
      params: idParams,
      answer: z.object({ sessions: z.array(session) }),
      status: 200,
      async run(call) {
        const { id } = await known(call.params.id);
        const sessions = (await sessionsOfPerson(db, id)).map((one) => ({
          id: one.id,
          startedAt: one.startedAt.toISOString(),
          expiresAt: one.expiresAt.toISOString(),
          acr: one.acr ?? null,
          amr: one.amr,
          apps: one.apps.map(({ clientId }) => clientId),
        }));
        return { sessions };
      },
    }),
    adminRoute({
      id: 'endSession',
      method: 'DELETE',
      path: '/people/{id}/sessions/{session}',
      summary: 'End one session of a person, and what was to last no longer than it; its apps are told',
      right: 'administer',
      params: z.strictObject({ ...idParams.shape, session: z.string().regex(/^[0-9a-f]{24}$/) }),
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const act = { action: 'user-session-ended', reason: `Ended a session of ${username}.` };
        return perform(use.auditLog, call, act, async () => {
          if (!(await use.accounts.endSession(id, call.params.session)))
            throw new Problem('not-found', 'There is no such session.');
          return { id: call.params.session };
        });
      },
    }),
    adminRoute({
      id: 'endSessions',
      method: 'POST',
      path: '/people/{id}/sign-out',
      summary: 'Sign a person out everywhere: all sessions and live tokens end at once, and the apps are told',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username } = await known(call.params.id);
        const act = { action: 'user-signed-out', reason: `Signed ${username} out everywhere.` };
        return perform(use.auditLog, call, act, async () => {
          await use.accounts.signOutEverywhere(id);
          return { id };
        });
      },
    }),
  ];
}

/** Routes of a person's own pages. Looking is GET and changes nothing; the code that an own sign-in brings back is dropped from the address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PeopleDependencies } from '../steps/people.ts';
import { answerNewCodes, answerRemove, answerSetUp, showAccount, showSetUp } from './account.ts';
import { answerChange, showChange } from './change-app.ts';
import { answerStop, showApps } from './my-apps.ts';
import { type OwnSession, ownSession, readOwnForm } from './own-session.ts';
import { answerEverywhere, answerPassword, showPassword } from './password.ts';

type Show = (use: PeopleDependencies, reply: FastifyReply, mine: OwnSession, done: string) => Promise<FastifyReply>;
type Answer = (
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
) => Promise<FastifyReply>;

export function ownPagesRoutes(app: FastifyInstance, use: PeopleDependencies): void {
  const show = (path: string, page: '/account' | '/my-apps', work: Show) =>
    app.get(path, async (request, reply) => {
      const query = request.query as { readonly code?: unknown; readonly done?: unknown };
      if (query.code !== undefined) return reply.header('Cache-Control', 'no-store').redirect(path, 303);
      const mine = await ownSession(use, request, reply, page);
      return mine === undefined ? reply : work(use, reply, mine, String(query.done ?? ''));
    });
  const answer = (path: string, page: '/account' | '/my-apps', work: Answer) =>
    app.post(path, async (request, reply) => {
      const mine = await ownSession(use, request, reply, page);
      return mine === undefined ? reply : work(use, request, reply, mine, readOwnForm(use, mine, path, request));
    });
  show('/account', '/account', showAccount);
  show('/account/password', '/account', (_use, reply, mine) => showPassword(use, reply, mine));
  answer('/account/password', '/account', answerPassword);
  for (const way of ['app', 'passkey'] as const) {
    show(`/account/${way}`, '/account', (_use, reply, mine) => showSetUp(use, reply, mine, way));
    answer(`/account/${way}`, '/account', (_use, request, reply, mine, form) =>
      answerSetUp(use, request, reply, mine, form, way),
    );
  }
  answer('/account/remove', '/account', answerRemove);
  answer('/account/recovery-codes', '/account', answerNewCodes);
  answer('/account/sign-out-everywhere', '/account', answerEverywhere);
  show('/my-apps', '/my-apps', showApps);
  answer('/my-apps/stop', '/my-apps', answerStop);
  answer('/my-apps/change', '/my-apps', showChange);
  answer('/my-apps/narrow', '/my-apps', answerChange);
}

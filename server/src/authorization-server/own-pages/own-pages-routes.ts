/** Routes of a person's own pages. Looking is GET and changes nothing; the code that an own sign-in brings back is dropped from the address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OwnPage } from '../account-client.ts';
import { meets } from '../assurance.ts';
import { CLOSE_GLASS } from '../glass-bars.ts';
import type { GlassDependencies, PeopleDependencies } from '../steps/people.ts';
import { inLanguage } from '../steps/step.ts';
import { answerNewCodes, answerRemove, answerSetUp, showAccount, showSetUp } from './account.ts';
import {
  aboutIn,
  answerClose,
  answerNote,
  answerOpen,
  queryOf,
  showOpen,
  showOpened,
  showReason,
  showWarning,
} from './break-glass.ts';
import { answerChange, showChange } from './change-app.ts';
import { answerStop, showApps } from './my-apps.ts';
import { type OwnSession, ownSession, readOwnForm, signInAgain } from './own-session.ts';
import { answerEverywhere, answerPassword, showPassword } from './password.ts';
import { whoLookedRoutes } from './who-looked.ts';

type Show = (use: PeopleDependencies, reply: FastifyReply, mine: OwnSession, done: string) => Promise<FastifyReply>;
type Answer = (
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
) => Promise<FastifyReply>;

export function ownPagesRoutes(app: FastifyInstance, use: PeopleDependencies): void {
  const show = (path: string, page: OwnPage, work: Show) =>
    app.get(path, async (request, reply) => {
      const query = request.query as { readonly code?: unknown; readonly done?: unknown };
      if (query.code !== undefined) return reply.header('Cache-Control', 'no-store').redirect(path, 303);
      const mine = await ownSession(use, request, reply, page);
      return mine === undefined ? reply : work(inLanguage(use, request), reply, mine, String(query.done ?? ''));
    });
  const answer = (path: string, page: OwnPage, work: Answer) =>
    app.post(path, async (request, reply) => {
      const mine = await ownSession(use, request, reply, page);
      if (mine === undefined) return reply;
      const form = readOwnForm(use, mine, path, request);
      return work(inLanguage(use, request), request, reply, mine, form);
    });
  show('/account', '/account', showAccount);
  show('/account/password', '/account', (here, reply, mine) => showPassword(here, reply, mine));
  answer('/account/password', '/account', answerPassword);
  for (const way of ['app', 'passkey'] as const) {
    show(`/account/${way}`, '/account', (here, reply, mine) => showSetUp(here, reply, mine, way));
    answer(`/account/${way}`, '/account', (here, request, reply, mine, form) =>
      answerSetUp(here, request, reply, mine, form, way),
    );
  }
  answer('/account/remove', '/account', answerRemove);
  answer('/account/recovery-codes', '/account', answerNewCodes);
  answer('/account/sign-out-everywhere', '/account', answerEverywhere);
  show('/my-apps', '/my-apps', showApps);
  answer('/my-apps/stop', '/my-apps', answerStop);
  answer('/my-apps/change', '/my-apps', showChange);
  answer('/my-apps/narrow', '/my-apps', answerChange);
  whoLookedRoutes(app, use);
}

/** Only where the glass can be broken. A person's way back from signing in names the patient in `state`, since an address that is registered has no query. */
export function breakGlassRoutes(app: FastifyInstance, use: GlassDependencies): void {
  const aal2 = (request: FastifyRequest, reply: FastifyReply, mine: OwnSession | undefined): mine is OwnSession => {
    if (mine === undefined) return false;
    if (use.glassStepUp === 'password' || meets(mine.session.acr, 'aal2')) return true;
    signInAgain(use, reply, '/break-glass', queryOf(aboutIn(request.query)));
    return false;
  };
  const show = (
    path: string,
    work: (request: FastifyRequest, reply: FastifyReply, mine: OwnSession) => Promise<FastifyReply>,
  ) =>
    app.get(path, async (request, reply) => {
      const { code, state } = request.query as { readonly code?: unknown; readonly state?: unknown };
      if (code !== undefined) {
        const kept = Buffer.from(/^about\.(.*)$/.exec(String(state))?.[1] ?? '', 'base64url').toString();
        const query = queryOf(aboutIn(Object.fromEntries(new URLSearchParams(kept))));
        const to = query === undefined ? path : `${path}?${query}`;
        return reply.header('Cache-Control', 'no-store').redirect(to, 303);
      }
      const mine = await ownSession(use, request, reply, '/break-glass', queryOf(aboutIn(request.query)));
      return aal2(request, reply, mine) ? work(request, reply, mine) : reply;
    });
  const answer = (
    path: string,
    work: (
      use: GlassDependencies,
      request: FastifyRequest,
      reply: FastifyReply,
      mine: OwnSession,
      form: URLSearchParams,
    ) => Promise<FastifyReply>,
  ) =>
    app.post(path, async (request, reply) => {
      const mine = await ownSession(use, request, reply, '/break-glass');
      // The safe way out asks for no more than a session: a bar to close it stands on pages that need no second step.
      if (mine === undefined || (path !== CLOSE_GLASS && !aal2(request, reply, mine))) return reply;
      return work(inLanguage(use, request), request, reply, mine, readOwnForm(use, mine, path, request));
    });
  show('/break-glass', (request, reply, mine) => showWarning(inLanguage(use, request), request, reply, mine));
  show('/break-glass/why', (request, reply, mine) => showReason(inLanguage(use, request), request, reply, mine));
  show('/break-glass/open', (request, reply, mine) => showOpen(inLanguage(use, request), request, reply, mine));
  show('/break-glass/opened', (request, reply, mine) => showOpened(inLanguage(use, request), reply, mine));
  answer('/break-glass/open', answerOpen);
  answer(CLOSE_GLASS, answerClose);
  answer('/break-glass/note', answerNote);
}

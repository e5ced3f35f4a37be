/** The pages' routes: which step a browser is at is the provider's knowledge, so one address shows whichever comes next. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { accountClientId } from './account-client.ts';
import { chosenLanguage } from './chosen-language.ts';
import { allowOwnPages, answerConsent, showConsent } from './steps/consent.ts';
import { answerEncounter, showEncounters } from './steps/encounter.ts';
import { answerEnrolled, answerEnrolment } from './steps/enrol.ts';
import { answerProvider, leaveForProvider, returnFromProvider } from './steps/external.ts';
import { takeUpLaunch } from './steps/launch.ts';
import { answerPatient, searchPatients, showPatients } from './steps/patient.ts';
import type { PeopleDependencies } from './steps/people.ts';
import { answerCode, answerPasskey, showLogin } from './steps/second-factor.ts';
import { settledByGlass } from './steps/settled-by-glass.ts';
import { answerSignIn } from './steps/sign-in.ts';
import { answerSignOut, type SignOutDependencies, showSignOut } from './steps/sign-out.ts';
import { inLanguage, loadStep, type Step } from './steps/step.ts';

export function stepRoutes(app: FastifyInstance, use: PeopleDependencies & SignOutDependencies): void {
  const stepOf = async (request: FastifyRequest, reply: FastifyReply) => {
    const step = await loadStep(use, request, reply);
    return { step, here: inLanguage(use, request, step.uiLocales) };
  };
  app.get('/interaction/:uid', async (request, reply) => {
    const { step, here } = await stepOf(request, reply);
    if ((step.prompt === 'patient' || step.prompt === 'consent') && (await settledByGlass(here, request, reply, step)))
      return reply;
    switch (step.prompt) {
      case 'login':
        return showLogin(here, request, reply, step);
      case 'launch':
        return takeUpLaunch(here, request, reply, step);
      case 'patient':
        return showPatients(here, request, reply, step);
      case 'encounter':
        return showEncounters(here, reply, step);
      case 'consent':
        return step.client.id === accountClientId
          ? allowOwnPages(here, request, reply, step)
          : showConsent(here, request, reply, step);
      default:
        throw new errors.SessionNotFound('no such step');
    }
  });
  // A page that a form answered, asked for again in another language: back to where the step is.
  for (const path of ['/interaction/:uid/:form', '/interaction/:uid/patient/search'])
    app.get(path, (request, reply) => {
      const { uid } = request.params as { readonly uid: string };
      const language = chosenLanguage(request);
      const query = language === undefined ? '' : `?lang=${encodeURIComponent(language)}`;
      return reply.header('Cache-Control', 'no-store').redirect(`/interaction/${encodeURIComponent(uid)}${query}`, 303);
    });
  type Work = (here: typeof use, request: FastifyRequest, reply: FastifyReply, step: Step) => Promise<FastifyReply>;
  const answer = (name: string, work: Work) =>
    app.post(`/interaction/:uid/${name}`, async (request, reply) => {
      const { step, here } = await stepOf(request, reply);
      return work(here, request, reply, step);
    });
  answer('sign-in', answerSignIn);
  answer('code', (here, request, reply, step) => answerCode(here, request, reply, step, 'app'));
  answer('recovery-code', (here, request, reply, step) => answerCode(here, request, reply, step, 'recovery'));
  answer('passkey', answerPasskey);
  answer('enrol-app', (here, request, reply, step) => answerEnrolment(here, request, reply, step, 'app'));
  answer('enrol-passkey', (here, request, reply, step) => answerEnrolment(here, request, reply, step, 'passkey'));
  answer('enrolled', answerEnrolled);
  app.get('/interaction/:uid/external/:provider', async (request, reply) => {
    const { step, here } = await stepOf(request, reply);
    return leaveForProvider(here, request, reply, step);
  });
  app.get('/sign-in/external/:provider', (request, reply) => returnFromProvider(use, request, reply));
  app.get('/interaction/:uid/external/:provider/back', async (request, reply) => {
    const { step, here } = await stepOf(request, reply);
    return answerProvider(here, request, reply, step);
  });
  answer('patient', answerPatient);
  answer('patient/search', searchPatients);
  answer('encounter', answerEncounter);
  answer('consent', answerConsent);
  app.get('/sign-out', (request, reply) => showSignOut(inLanguage(use, request), request, reply));
  app.post('/sign-out', (request, reply) => answerSignOut(inLanguage(use, request), request, reply));

  const stylesheet = readFileSync(new URL('./pages/fireguard.css', import.meta.url));
  app.get('/fireguard.css', (_request, reply) =>
    reply
      .headers({
        'Cache-Control': 'public, max-age=3600',
        'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Resource-Policy': 'same-origin',
      })
      .type('text/css; charset=utf-8')
      .send(stylesheet),
  );
}

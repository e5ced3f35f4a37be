/** The pages' routes: which step a browser is at is the provider's knowledge, so one address shows whichever comes next. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { accountClientId } from './account-client.ts';
import { allowOwnPages, answerConsent, showConsent } from './steps/consent.ts';
import { answerEncounter, showEncounters } from './steps/encounter.ts';
import { answerEnrolled, answerEnrolment } from './steps/enrol.ts';
import { answerProvider, leaveForProvider, returnFromProvider } from './steps/external.ts';
import { takeUpLaunch } from './steps/launch.ts';
import { answerPatient, searchPatients, showPatients } from './steps/patient.ts';
import type { PeopleDependencies } from './steps/people.ts';
import { answerCode, answerPasskey, showLogin } from './steps/second-factor.ts';
import { answerSignIn } from './steps/sign-in.ts';
import { answerSignOut, type SignOutDependencies, showSignOut } from './steps/sign-out.ts';
import { loadStep, type Step } from './steps/step.ts';

export function stepRoutes(app: FastifyInstance, use: PeopleDependencies & SignOutDependencies): void {
  app.get('/interaction/:uid', async (request, reply) => {
    const step = await loadStep(use, request, reply);
    switch (step.prompt) {
      case 'login':
        return showLogin(use, request, reply, step);
      case 'launch':
        return takeUpLaunch(use, request, reply, step);
      case 'patient':
        return showPatients(use, request, reply, step);
      case 'encounter':
        return showEncounters(use, reply, step);
      case 'consent':
        return step.client.id === accountClientId
          ? allowOwnPages(use, request, reply, step)
          : showConsent(use, request, reply, step);
      default:
        throw new errors.SessionNotFound('no such step');
    }
  });
  const answer = (name: string, work: (request: FastifyRequest, reply: FastifyReply, step: Step) => Promise<FastifyReply>) =>
    app.post(`/interaction/:uid/${name}`, async (request, reply) => work(request, reply, await loadStep(use, request, reply)));
  answer('sign-in', (request, reply, step) => answerSignIn(use, request, reply, step));
  answer('code', (request, reply, step) => answerCode(use, request, reply, step, 'app'));
  answer('recovery-code', (request, reply, step) => answerCode(use, request, reply, step, 'recovery'));
  answer('passkey', (request, reply, step) => answerPasskey(use, request, reply, step));
  answer('enrol-app', (request, reply, step) => answerEnrolment(use, request, reply, step, 'app'));
  answer('enrol-passkey', (request, reply, step) => answerEnrolment(use, request, reply, step, 'passkey'));
  answer('enrolled', (request, reply, step) => answerEnrolled(use, request, reply, step));
  app.get('/interaction/:uid/external/:provider', async (request, reply) =>
    leaveForProvider(use, request, reply, await loadStep(use, request, reply)),
  );
  app.get('/sign-in/external/:provider', (request, reply) => returnFromProvider(use, request, reply));
  app.get('/interaction/:uid/external/:provider/back', async (request, reply) =>
    answerProvider(use, request, reply, await loadStep(use, request, reply)),
  );
  answer('patient', (request, reply, step) => answerPatient(use, request, reply, step));
  answer('patient/search', (request, reply, step) => searchPatients(use, request, reply, step));
  answer('encounter', (request, reply, step) => answerEncounter(use, request, reply, step));
  answer('consent', (request, reply, step) => answerConsent(use, request, reply, step));
  app.get('/sign-out', (request, reply) => showSignOut(use, request, reply));
  app.post('/sign-out', (request, reply) => answerSignOut(use, request, reply));

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

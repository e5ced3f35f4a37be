/** The pages' routes: which step a browser is at is the provider's knowledge, so one address shows whichever comes next. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { errors } from 'oidc-provider';
import { answerConsent, showConsent } from './steps/consent.ts';
import { answerEncounter, showEncounters } from './steps/encounter.ts';
import { takeUpLaunch } from './steps/launch.ts';
import { answerPatient, searchPatients, showPatients } from './steps/patient.ts';
import { answerSignIn, type SignInDependencies, showSignIn } from './steps/sign-in.ts';
import { answerSignOut, type SignOutDependencies, showSignOut } from './steps/sign-out.ts';
import { loadStep } from './steps/step.ts';

export function stepRoutes(app: FastifyInstance, use: SignInDependencies & SignOutDependencies): void {
  app.get('/interaction/:uid', async (request, reply) => {
    const step = await loadStep(use, request, reply);
    switch (step.prompt) {
      case 'login':
        return showSignIn(use, reply, step);
      case 'launch':
        return takeUpLaunch(use, request, reply, step);
      case 'patient':
        return showPatients(use, request, reply, step);
      case 'encounter':
        return showEncounters(use, reply, step);
      case 'consent':
        return showConsent(use, reply, step);
      default:
        throw new errors.SessionNotFound('no such step');
    }
  });
  app.post('/interaction/:uid/sign-in', async (request, reply) =>
    answerSignIn(use, request, reply, await loadStep(use, request, reply)),
  );
  app.post('/interaction/:uid/patient', async (request, reply) =>
    answerPatient(use, request, reply, await loadStep(use, request, reply)),
  );
  app.post('/interaction/:uid/patient/search', async (request, reply) =>
    searchPatients(use, request, reply, await loadStep(use, request, reply)),
  );
  app.post('/interaction/:uid/encounter', async (request, reply) =>
    answerEncounter(use, request, reply, await loadStep(use, request, reply)),
  );
  app.post('/interaction/:uid/consent', async (request, reply) =>
    answerConsent(use, request, reply, await loadStep(use, request, reply)),
  );
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

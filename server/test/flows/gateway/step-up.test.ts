/** RFC 9470: a policy that asks for a surer sign-in answers with a challenge, before anything is looked up, the same for every id. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

const policies = [
  {
    policySet: 'step-up',
    version: 1,
    combining: 'deny-overrides',
    rules: [
      {
        id: 'physicians-who-are-sure',
        description: 'Physicians who signed in with a second factor within five minutes read everything.',
        effect: 'permit',
        caller: { roles: ['physician'] },
        environment: { assurance: { acr: ['aal2'], maxAge: 300 } },
        interactions: { group: ['C', 'R', 'U', 'D'] },
        resources: { categories: ['business', 'individual', 'patient'] },
      },
    ],
  },
];

let place: Ward;
let gateway: Gateway;
beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url, policies });
});
afterAll(() => Promise.all([gateway?.close(), place?.server.close()]));

const challenge =
  /^Bearer realm="fhir", error="insufficient_user_authentication", acr_values="aal2", max_age="300", resource_metadata="/;

describe('R-049 RFC 9470 by policy', () => {
  test.each(['/Patient/mine', '/Patient/absent', '/Patient', '/Patient/mine/_history', '/Patient/_history'])(
    'GET %s',
    async (path) => {
      const weak = await gateway.get(path, gateway.token());
      expect(weak.status).toBe(401);
      expect(weak.headers.get('www-authenticate')).toMatch(challenge);
      expect(gateway.audit.last).toMatchObject({ outcome: 'deny', rules: ['physicians-who-are-sure'] });
    },
  );

  test('the token that comes back is let in, and an old sign-in is not', async () => {
    const at = (ago: number) =>
      gateway.token({ signIn: { acr: 'aal2', amr: ['pwd', 'otp', 'mfa'], at: Date.now() - ago * 1000 } });
    expect((await gateway.get('/Patient/mine', at(10))).status).toBe(200);
    expect((await gateway.get('/Patient/mine', at(400))).headers.get('www-authenticate')).toMatch(challenge);
  });

  test('hidden and absent are answered alike', async () => {
    const answers = await Promise.all(
      ['mine', 'absent'].map(async (id) => {
        const answer = await gateway.get(`/Patient/${id}`, gateway.token());
        const headers = [...answer.headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
        return { headers, text: await answer.text() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

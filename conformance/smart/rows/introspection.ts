/** Public suite group 4, (g)(10) 9.20: token introspection; RFC 7662, SMART App Launch 2.2 §Token introspection. */
import { answering, withField, withoutField } from '../../mutants/spoil-answers.ts';
import type { Kind } from '../client.ts';
import { claimsOf } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { basic, bodyOf, grantedBy, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';

const place = '/introspect';

function introspect(site: Site, token: string, headers: Readonly<Record<string, string>> = officer(site)) {
  return site.send(`${site.issuer}${place}`, { form: { token }, headers });
}

/** As a resource server that was registered with a secret. */
function officer(site: Site) {
  const { id, secret } = site.subject.clients.symmetric;
  return basic(id, secret ?? '');
}

function live(site: Site, kind: Kind) {
  return site.once(`introspection ${kind}`, async () => {
    const granted = grantedBy(await site.theAnswer(kind));
    return { granted, told: bodyOf(await introspect(site, granted.access)) };
  });
}

function told(
  id: string,
  says: string,
  holds: (told: Record<string, unknown>, body: Readonly<Record<string, unknown>>, site: Site, kind: Kind) => boolean,
  mutant: Row['mutant'],
) {
  return forEach(
    apps,
    id,
    `introspection of a live token: ${says}`,
    async (site, kind) => {
      const answer = await live(site, kind);
      hold(holds(answer.told, answer.granted.body, site, kind), JSON.stringify(answer.told));
    },
    mutant,
  );
}

export const introspection: readonly Row[] = [
  ...told('smart-4.2.01', 'active is true', ({ active }) => active === true, withField(place, 'active', 'true')),
  ...told(
    'smart-4.2.02',
    'client_id is the client',
    (answer, _body, site, kind) => answer['client_id'] === site.subject.clients[kind].id,
    withField(place, 'client_id', 'another'),
  ),
  ...told(
    'smart-4.2.03',
    'scope is the same set as in the token answer',
    (answer, body) => {
      const set = (value: unknown) => String(value).split(' ').sort().join(' ');
      return set(answer['scope']) === set(body['scope']);
    },
    withField(place, 'scope', 'openid'),
  ),
  ...told(
    'smart-4.2.04',
    'exp is an integer, ahead',
    ({ exp }) => Number.isInteger(exp) && Number(exp) > Date.now() / 1000,
    withField(place, 'exp', 1),
  ),
  ...told(
    'smart-4.2.05',
    'patient is that of the token answer',
    (answer, body) => answer['patient'] === body['patient'] && 'patient' in answer,
    withoutField(place, 'patient'),
  ),
  ...told(
    'smart-4.2.06',
    'iss and sub are the id_token’s',
    (answer, body) => {
      const { iss, sub } = claimsOf(String(body['id_token']));
      return answer['iss'] === iss && answer['sub'] === sub;
    },
    withField(place, 'sub', 'somebody-else'),
  ),
  ...told(
    'smart-4.2.07',
    'fhirUser is the id_token’s',
    (answer, body) => answer['fhirUser'] === claimsOf(String(body['id_token']))['fhirUser'] && 'fhirUser' in answer,
    withoutField(place, 'fhirUser'),
  ),
  ...told(
    'smart-4.2.08',
    'no token stands in the answer',
    (answer, body) => !JSON.stringify(answer).includes(String(body['access_token'])) && answer['active'] === true,
    withField(place, 'active', false),
  ),
  {
    id: 'smart-4.2.09-backend',
    says: 'introspection of a live token: a backend service’s (backend)',
    async run(site) {
      const { access } = grantedBy(
        await site.token('backend', { grant_type: 'client_credentials', scope: 'system/Patient.rs' }),
      );
      const answer = bodyOf(await introspect(site, access));
      equal(
        [answer['active'], answer['client_id'], answer['scope']],
        [true, site.subject.clients.backend.id, 'system/Patient.rs'],
        'answer',
      );
    },
    mutant: withField(place, 'scope', 'system/*.rs'),
  },
  ...['nonsense', '', 'a.b.c', 'ey'.repeat(2000)].map(
    (token, at): Row => ({
      id: `smart-4.3.0${at + 1}`,
      says: `introspection of a token that is none (${token.slice(0, 10) || 'empty'}) is {"active":false}, or 400 where it is empty`,
      async run(site) {
        const answer = await introspect(site, token);
        if (token === '' && answer.status === 400) return hold(typeof bodyOf(answer)['error'] === 'string', 'no error');
        equal([answer.status, bodyOf(answer)], [200, { active: false }], 'answer');
      },
      mutant: answering(place, 200, '{"active":true}'),
    }),
  ),
  {
    id: 'smart-4.3.06',
    says: 'introspection of a well-formed JWT that is no token is {"active":false}',
    async run(site) {
      const answer = await introspect(site, 'eyJhbGciOiJub25lIn0.e30.');
      equal([answer.status, bodyOf(answer)], [200, { active: false }], 'answer');
    },
    mutant: answering(place, 400),
  },
  {
    id: 'smart-4.3.05',
    says: 'a revoked token is {"active":false}, and nothing more',
    async run(site) {
      const { access } = await site.granted('symmetric');
      await site.send(`${site.issuer}/revoke`, { form: { token: access }, headers: officer(site) });
      equal(bodyOf(await introspect(site, access)), { active: false }, 'answer');
    },
    mutant: withField(place, 'scope', 'patient/*.rs'),
  },
  ...(
    [
      ['without authentication', () => ({})],
      ['with a wrong secret', (site: Site) => basic(site.subject.clients.symmetric.id, 'wrong')],
      ['as an unknown client', () => basic('nobody', 'x')],
      ['with a token that is none', () => ({ authorization: 'Bearer nonsense' })],
    ] as const
  ).map(
    ([says, headers], at): Row => ({
      id: `smart-4.4.0${at + 1}`,
      says: `nobody may introspect ${says}: 401`,
      async run(site) {
        const { access } = await site.once('introspected', () => site.granted('public'));
        const answer = await introspect(site, access, headers(site));
        hold(answer.status === 401 && !('active' in bodyOf(answer)), `status ${answer.status}`);
      },
      mutant: answering(place, 200, '{"active":true}'),
    }),
  ),
  {
    id: 'smart-4.4.05',
    says: 'a public client may not introspect',
    async run(site) {
      const { access } = await site.once('introspected', () => site.granted('public'));
      const answer = await site.send(`${site.issuer}${place}`, {
        form: { token: access, client_id: site.subject.clients.public.id },
      });
      equal(answer.status, 401, 'status');
    },
    mutant: answering(place, 200, '{"active":true}'),
  },
  {
    id: 'smart-4.4.06',
    says: 'a bearer token with the scope for it may introspect; an app’s may not',
    async run(site) {
      const own = await site.granted('public');
      const asking = grantedBy(await site.token('backend', { grant_type: 'client_credentials', scope: '__introspect' }));
      const answer = await introspect(site, own.access, { authorization: `Bearer ${asking.access}` });
      equal([answer.status, bodyOf(answer)['active']], [200, true], 'by the service');
      equal((await introspect(site, own.access, { authorization: `Bearer ${own.access}` })).status, 401, 'by the app');
    },
    mutant: answering(place, 200, '{"active":true}'),
  },
];

/** Public suite groups 1.4 and 1.5, (g)(10) 1.6 and 9.21.5: refresh; SMART App Launch 2.2 §Refresh access token. */

import { mending } from '../../mutants/mend-requests.ts';
import { isAt, type Mutant } from '../../mutants/mutant.ts';
import { answering, anythingGoes, withField, withHeader, withoutField } from '../../mutants/spoil-answers.ts';
import { type Kind, ORIGIN } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, grantedBy, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';

/** First without `scope`, then with those received: the public suite's order. */
function first(site: Site, kind: Kind) {
  return site.once(`refresh ${kind}`, async () => {
    const { refresh } = grantedBy(await site.theAnswer(kind));
    return site.token(kind, { grant_type: 'refresh_token', refresh_token: refresh });
  });
}

function second(site: Site, kind: Kind) {
  return site.once(`refresh ${kind} again`, async () => {
    const { refresh, scope } = grantedBy(await first(site, kind));
    return site.token(kind, { grant_type: 'refresh_token', refresh_token: refresh, scope: scope.join(' ') });
  });
}

/** Only a refresh (with this in its form) is spoiled: what leads to it must work. */
function onRefresh(mutant: Row['mutant'], having = ''): Row['mutant'] {
  return (site): Mutant => {
    const inner = mutant(site);
    return {
      name: `on refresh: ${inner.name}`,
      answer: (answer, ask) =>
        isAt(ask, '/token') && (ask.body ?? '').includes('grant_type=refresh_token') && (ask.body ?? '').includes(having)
          ? (inner.answer?.(answer, ask) ?? answer)
          : answer,
    };
  };
}

function both(id: string, says: string, holds: (body: Record<string, unknown>) => boolean, mutant: Row['mutant']) {
  return [first, second].flatMap((which, index) =>
    forEach(
      apps,
      `${id}${index === 0 ? 'a' : 'b'}`,
      `refresh ${index === 0 ? 'without scope' : 'with the scopes received'}: ${says}`,
      async (site, kind) => {
        const answer = await which(site, kind);
        hold(answer.status === 200 && holds(bodyOf(answer)), `${answer.status} ${Object.keys(bodyOf(answer)).join(' ')}`);
      },
      onRefresh(mutant, index === 0 ? '' : 'scope='),
    ),
  );
}

/** A refused request is 400 (or 401) and holds no token. */
function refused(answer: { readonly status: number; readonly text: string }): void {
  hold([400, 401].includes(answer.status) && !answer.text.includes('access_token'), `status ${answer.status}`);
}

export const refresh: readonly Row[] = [
  ...both(
    'smart-1.4.01',
    'a new access_token',
    ({ access_token: token }) => typeof token === 'string',
    withoutField('/token', 'access_token'),
  ),
  ...both(
    'smart-1.4.02',
    'token_type, expires_in and scope are all there',
    (body) =>
      String(body['token_type']).toLowerCase() === 'bearer' &&
      typeof body['expires_in'] === 'number' &&
      typeof body['scope'] === 'string',
    withoutField('/token', 'expires_in'),
  ),
  ...forEach(
    apps,
    'smart-1.4.03',
    'the scope of a refresh is a subset of what was granted',
    async (site, kind) => {
      const granted = grantedBy(await site.theAnswer(kind)).scope;
      const now = String(bodyOf(await first(site, kind))['scope']).split(' ');
      equal(
        now.filter((one) => !granted.includes(one)),
        [],
        'scopes too many',
      );
    },
    onRefresh(withField('/token', 'scope', 'system/*.cruds')),
  ),
  ...forEach(
    apps,
    'smart-1.4.04',
    'caches are told to keep nothing of a refresh',
    async (site, kind) => {
      const { headers } = await first(site, kind);
      hold((headers.get('cache-control') ?? '').includes('no-store'), 'Cache-Control');
      hold((headers.get('pragma') ?? '').includes('no-cache'), 'Pragma');
    },
    onRefresh(withHeader('/token', 'cache-control', 'public')),
  ),
  ...forEach(
    apps,
    'smart-1.4.05',
    'a refreshed token still has its patient, and reads it',
    async (site, kind) => {
      const before = grantedBy(await site.theAnswer(kind)).body['patient'];
      const { access, body } = grantedBy(await second(site, kind));
      equal(body['patient'], before, 'patient');
      equal((await site.read(`Patient/${String(before)}`, access)).status, 200, 'status of the read');
    },
    onRefresh(withoutField('/token', 'patient')),
  ),
  ...forEach(
    apps,
    'g10-1.6.03',
    'a refresh token that nobody was given is 400 or 401',
    async (site, kind) =>
      refused(await site.token(kind, { grant_type: 'refresh_token', refresh_token: 'nobody-was-given-this' })),
    anythingGoes('refresh tokens'),
  ),
  ...forEach(
    apps,
    'smart-1.4.06',
    'a refresh cannot widen its scope',
    async (site, kind) => {
      const granted = await site.granted(kind, { scope: 'launch/patient offline_access patient/Observation.rs' });
      const answer = await site.token(kind, {
        grant_type: 'refresh_token',
        refresh_token: granted.refresh,
        scope: 'offline_access patient/Observation.rs patient/Condition.rs',
      });
      if (answer.status === 200) hold(!answer.text.includes('Condition'), 'it was widened');
      else refused(answer);
    },
    anythingGoesWith('patient/Condition.rs'),
  ),
  ...forEach(
    apps,
    'smart-1.4.07',
    'a refresh can narrow its scope',
    async (site, kind) => {
      const granted = await site.granted(kind, {
        scope: 'launch/patient offline_access patient/Observation.rs patient/Condition.rs',
      });
      const answer = await site.token(kind, {
        grant_type: 'refresh_token',
        refresh_token: granted.refresh,
        scope: 'launch/patient offline_access patient/Observation.rs',
      });
      equal(answer.status, 200, 'status');
      hold(!String(bodyOf(answer)['scope']).includes('Condition'), 'it was not narrowed');
    },
    mending('scope of a refresh ignored', '/token', (params) => {
      if (params.get('grant_type') === 'refresh_token') params.delete('scope');
    }),
  ),
  ...forEach(
    apps,
    'smart-1.4.08',
    'a refresh token used again is refused, and ends what came of it',
    async (site, kind) => {
      const granted = await site.granted(kind);
      const form = { grant_type: 'refresh_token', refresh_token: granted.refresh };
      const next = grantedBy(await site.token(kind, form));
      refused(await site.token(kind, form));
      equal((await site.read(`Patient/${String(granted.body['patient'])}`, next.access)).status, 401, 'the next access token');
      refused(await site.token(kind, { ...form, refresh_token: next.refresh }));
    },
    anythingGoes('reuse of refresh tokens'),
  ),
  ...forEach(
    apps,
    'smart-1.4.09',
    'a refresh token of one client is nothing to another',
    async (site, kind) => {
      const granted = await site.granted(kind);
      const other = kind === 'symmetric' ? 'asymmetric' : 'symmetric';
      refused(await site.token(other, { grant_type: 'refresh_token', refresh_token: granted.refresh }));
    },
    anythingGoes('the client of a refresh token'),
  ),
  ...forEach(
    ['symmetric', 'asymmetric'],
    'smart-1.4.10',
    'a confidential client must prove itself to refresh',
    async (site, kind) => {
      const { refresh: token } = await site.granted(kind);
      const client = site.subject.clients[kind].id;
      for (const client_id of [client, undefined])
        refused(
          await site.send(`${site.issuer}/token`, { form: { grant_type: 'refresh_token', refresh_token: token, client_id } }),
        );
    },
    anythingGoes('client authentication'),
  ),
  {
    id: 'smart-1.4.11-public',
    says: 'a public client may leave its client_id out of a refresh, as fhirclient does (public)',
    async run(site) {
      const { refresh: token } = await site.granted('public');
      const answer = await site.token('public', { client_id: undefined, grant_type: 'refresh_token', refresh_token: token });
      equal(answer.status, 200, 'status');
      equal(answer.headers.get('access-control-allow-origin'), ORIGIN, 'Access-Control-Allow-Origin');
    },
    mutant: onRefresh(answering('/token', 400)),
  },
  ...forEach(
    apps,
    'smart-1.4.12',
    'without offline_access or online_access there is no refresh token',
    async (site, kind) => {
      const { body } = await site.granted(kind, { scope: 'launch/patient patient/*.rs' });
      equal('refresh_token' in body, false, 'refresh_token');
    },
    withField('/token', 'refresh_token', 'given-anyway'),
  ),
];

/** Refused requests are granted with this scope. */
function anythingGoesWith(scope: string): Row['mutant'] {
  return () => ({
    name: `scope of a refresh not checked`,
    answer: (answer, ask) =>
      isAt(ask, '/token') && (ask.body ?? '').includes('grant_type=refresh_token')
        ? { ...answer, status: 200, text: JSON.stringify({ access_token: 'anything', scope }) }
        : answer,
  });
}

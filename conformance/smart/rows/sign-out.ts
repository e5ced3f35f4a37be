/** OpenID Connect RP-Initiated Logout and Back-Channel Logout: an app signs the person out, and the apps hear of it. */
import type { JsonWebKey } from 'node:crypto';
import { newBrowser } from '../../../server/test/flows/authorization/browser.ts';
import { mending } from '../../mutants/mend-requests.ts';
import { isAt } from '../../mutants/mutant.ts';
import { answering } from '../../mutants/spoil-answers.ts';
import { SIGNED_OUT } from '../client.ts';
import { claimsOf, headerOf, isRs256By } from '../jwt.ts';
import { newPerson } from '../new-person.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

async function signedIn(site: Site) {
  const browser = newBrowser(site.issuer, site.fetch as typeof fetch);
  const launched = await site.launch('told', { scope: 'openid launch/patient online_access patient/*.rs', hands: browser });
  const granted = grantedBy(await site.exchange('told', launched));
  const query = new URLSearchParams({
    id_token_hint: String(granted.body['id_token']),
    post_logout_redirect_uri: SIGNED_OUT,
    state: 'a state of the app',
  });
  return { browser, ...granted, end: `${site.issuer}/session/end?${query}` };
}

const refreshed = (site: Site, refresh: string) => site.token('told', { grant_type: 'refresh_token', refresh_token: refresh });

const notCarriedOut = mending('sign-out not carried out', '/session/end/confirm', (params) => params.delete('logout'));

export const signOut: readonly Row[] = [
  {
    id: 'smart-out.02',
    says: 'the link alone signs nobody out; the person’s press does, and leads back to the app with its state',
    async run(site) {
      const { browser, refresh, end } = await signedIn(site);
      const page = await browser.open(end);
      equal(page.status, 200, 'status of the page');
      const kept = grantedBy(await refreshed(site, refresh));
      const { url } = await browser.submit(page, '/session/end/confirm', { logout: 'yes' });
      equal(url, `${SIGNED_OUT}?state=${encodeURIComponent('a state of the app').replaceAll('%20', '+')}`, 'address');
      isRefused(await refreshed(site, kept.refresh), [400], ['invalid_grant']);
      hold((await browser.open(`${site.issuer}/my-apps`)).text.includes('name="password"'), 'still signed in');
    },
    mutant: notCarriedOut,
  },
  {
    id: 'smart-out.03',
    says: 'the apps are told (back-channel): a logout token by a published key, for them, of this session, without a nonce',
    async run(site) {
      const { outside } = site.subject;
      const { browser, body, end } = await signedIn(site);
      const before = outside.signOuts.length;
      await browser.submit(await browser.open(end), '/session/end/confirm', { logout: 'yes' });
      const token = new URLSearchParams(outside.signOuts[before]).get('logout_token');
      hold(token !== null, 'nobody was told');
      const { alg, kid, typ } = headerOf(token);
      equal([alg, typ], ['RS256', 'logout+jwt'], 'header');
      const { keys } = bodyOf(await site.send(`${site.issuer}/jwks`)) as {
        readonly keys?: readonly ({ kid?: string } & JsonWebKey)[];
      };
      const key = keys?.find((one) => one.kid === kid);
      hold(key !== undefined && isRs256By(token, key), 'it does not verify');
      const claims = claimsOf(token);
      const { sub } = claimsOf(String(body['id_token']));
      equal([claims['iss'], claims['aud'], claims['sub']], [site.issuer, site.subject.clients.told.id, sub], 'claims');
      hold(typeof claims['jti'] === 'string' && typeof claims['sid'] === 'string' && !('nonce' in claims), 'jti, sid, nonce');
      hold('http://schemas.openid.net/event/backchannel-logout' in (claims['events'] as object), 'events');
    },
    mutant: () => ({
      name: 'nobody told',
      ask: (asked) => (isAt(asked, '/session/end/confirm') ? { ...asked, url: new URL('/nowhere', asked.url) } : asked),
    }),
  },
  {
    id: 'smart-out.05',
    says: 'U+0000 in a parameter of sign-out is a bad request, and no failure inside',
    async run(site) {
      const { browser } = await signedIn(site);
      for (const query of [
        'client_id=%00',
        'state=a%00b',
        `client_id=${site.subject.clients.told.id}&post_logout_redirect_uri=a%00b`,
      ])
        equal((await browser.open(`${site.issuer}/session/end?${query}`)).status, 400, query);
    },
    mutant: answering('/session/end', 503),
  },
  {
    id: 'smart-out.04',
    says: 'a disabled person’s tokens end with the acknowledgement, and their refresh too',
    async run(site) {
      const person = await newPerson(site.subject, { roles: ['security-administrator'] });
      const { access, refresh } = await site.granted('told', { person, scope: 'openid fhirUser offline_access user/*.rs' });
      const seen = async () =>
        (await site.send(`${site.issuer}/userinfo`, { headers: { authorization: `Bearer ${access}` } })).status;
      equal(await seen(), 200, 'before');
      await site.subject.admin('POST', `/people/${person.id}/disable`);
      equal(await seen(), 401, 'after');
      isRefused(await refreshed(site, refresh), [400], ['invalid_grant']);
    },
    mutant: () => ({
      name: 'disabling ends nothing',
      answer: (answer, asked) => (asked.url.pathname.endsWith('/userinfo') ? { ...answer, status: 200 } : answer),
    }),
  },
];

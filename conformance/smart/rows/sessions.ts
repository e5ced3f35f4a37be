/** OpenID Connect Core §3.1.2.1 (prompt, max_age), RFC 6749 §2.3, RFC 8693: who is asked again, and which ways of proving oneself are open to whom. */
import { newBrowser } from '../../../server/test/flows/authorization/browser.ts';
import { mending } from '../../mutants/mend-requests.ts';
import { anythingGoes } from '../../mutants/spoil-answers.ts';
import { REDIRECT } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';
import { isRefused } from './refused.ts';

function address(site: Site, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: site.subject.clients.public.id,
    redirect_uri: REDIRECT,
    scope: APP_SCOPE,
    state: 's'.repeat(22),
    aud: site.fhir,
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
    ...more,
  });
  return `${site.issuer}/authorize?${query}`;
}

/** Whether a browser that has just signed in is asked for the password again. */
async function asksAgain(site: Site, more: Readonly<Record<string, string>>): Promise<boolean> {
  const browser = newBrowser(site.issuer, site.fetch as typeof fetch);
  const { username, password } = site.subject.person('family-physician');
  await browser.submit(await browser.open(address(site)), '/sign-in', { username, password });
  return (await browser.open(address(site, more))).text.includes('name="password"');
}

const without = (name: string): Row['mutant'] => mending(`${name} ignored`, '/authorize', (params) => params.delete(name));

export const sessions: readonly Row[] = [
  {
    id: 'smart-oidc.01',
    says: 'prompt=login asks for the password, although the person is signed in',
    run: async (site) => equal(await asksAgain(site, { prompt: 'login' }), true, 'asked'),
    mutant: without('prompt'),
  },
  {
    id: 'smart-oidc.02',
    says: 'max_age=0 asks for the password, although the person is signed in',
    run: async (site) => equal(await asksAgain(site, { max_age: '0' }), true, 'asked'),
    mutant: without('max_age'),
  },
  {
    id: 'smart-oidc.03',
    says: 'a second launch in the same browser asks for no password, but for consent again',
    run: async (site) => equal(await asksAgain(site, {}), false, 'asked'),
    mutant: mending('every launch signs in anew', '/authorize', (params) => {
      if (params.has('client_id')) params.set('prompt', 'login');
    }),
  },
  ...forEach(
    apps,
    'smart-tx.01',
    'an app that is not registered for token exchange gets none',
    async (site, kind) => {
      const { access } = await site.granted(kind);
      const form = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: access,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      };
      isRefused(await site.token(kind, form), [400, 401, 403]);
    },
    anythingGoes('grant types'),
  ),
  ...['fragment', 'form_post', 'web_message'].map(
    (response_mode, at): Row => ({
      id: `smart-2.5${at + 1}`,
      says: `response_mode=${response_mode} brings no code to a page or fragment (RFC 9700 §4.17)`,
      async run(site) {
        const { url, text, answer } = await site.launch('public', { request: { response_mode } });
        hold(!/#.*code=/.test(url) && !/name="code"|postMessage/.test(text), url);
        hold(!answer.has('code'), 'a code in spite of a mode that is not offered');
      },
      mutant: mending('response_mode ignored', '/authorize', (params) => params.delete('response_mode')),
    }),
  ),
  {
    id: 'smart-2.25',
    says: 'a secret in the body is refused from a client that is registered for Basic',
    async run(site) {
      const { id, secret } = site.subject.clients.symmetric;
      const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: id, client_secret: secret };
      isRefused(await site.send(`${site.issuer}/token`, { form }), [400, 401], ['invalid_client']);
    },
    mutant: anythingGoes('the way of authentication'),
  },
  {
    id: 'smart-2.26',
    says: 'a header that claims a client certificate is none',
    async run(site) {
      const { id } = site.subject.clients.asymmetric;
      const headers = {
        'x-client-cert': 'MIIB',
        'x-forwarded-client-cert': 'Hash=x',
        'ssl-client-verify': 'SUCCESS',
        'client-cert': ':MIIB:',
      };
      isRefused(
        await site.send(`${site.issuer}/token`, {
          form: { grant_type: 'refresh_token', refresh_token: 'x', client_id: id },
          headers,
        }),
        [400, 401],
        ['invalid_client'],
      );
    },
    mutant: anythingGoes('certificates'),
  },
];

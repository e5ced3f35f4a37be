/** A token of a person's, by the whole way: authorize, sign in, consent, exchange. One app, registered through the admin API. */
import { createHash, randomBytes } from 'node:crypto';
import type { Running } from '../../../src/main.ts';
import { newBrowser, type Page } from '../authorization/browser.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const PASSWORD = 'a good long password';
const SCOPE = 'user/*.cruds';
/** What the app is registered for. */
const REGISTERED = `${SCOPE} launch/patient patient/*.rs offline_access`;
let registered: Promise<unknown> | undefined;

export async function tokenOf(running: Running, username: string): Promise<string> {
  const { begun, finish } = await launchOf(running, username, {});
  const page = await begun.browser.submit(begun.page, '/consent', { decision: 'allow' });
  const answer = await finish(page);
  if (typeof answer['access_token'] !== 'string') throw new Error(JSON.stringify(answer));
  return answer['access_token'];
}

/** Up to the page that follows signing in; `finish` takes the page at which the app is reached. */
export async function launchOf(running: Running, username: string, more: Readonly<Record<string, string>>) {
  const { issuer, fhir } = running.urls;
  registered ??= fetch(`${issuer}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'ward-view',
      name: 'Ward View',
      kind: 'public',
      redirectUris: [redirectUri],
      scope: REGISTERED,
    }),
  });
  await registered;
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: 'ward-view',
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: randomBytes(16).toString('base64url'),
    aud: fhir,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  const browser = newBrowser(issuer);
  const first = await browser.open(`${issuer}/authorize?${asked}`);
  const page = await browser.submit(first, '/sign-in', { username, password: PASSWORD });
  return {
    begun: { browser, page },
    async finish(reached: Page): Promise<Record<string, unknown>> {
      const { searchParams } = new URL(reached.url);
      const code = searchParams.get('code');
      if (code === null) return Object.fromEntries(searchParams);
      const exchange = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        client_id: 'ward-view',
      };
      const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(exchange) });
      return (await answer.json()) as Record<string, unknown>;
    },
  };
}

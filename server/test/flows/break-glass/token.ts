/** A token of a person's, by the whole way: authorize, sign in, consent, exchange. One app, registered through the admin API. */
import { createHash, randomBytes } from 'node:crypto';
import type { Running } from '../../../src/main.ts';
import { newBrowser } from '../authorization/browser.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const PASSWORD = 'a good long password';
const SCOPE = 'user/*.cruds';
let registered: Promise<unknown> | undefined;

export async function tokenOf(running: Running, username: string): Promise<string> {
  const { issuer, fhir } = running.urls;
  registered ??= fetch(`${issuer}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'ward-view', name: 'Ward View', kind: 'public', redirectUris: [redirectUri], scope: SCOPE }),
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
  });
  const browser = newBrowser(issuer);
  let page = await browser.open(`${issuer}/authorize?${asked}`);
  page = await browser.submit(page, '/sign-in', { username, password: PASSWORD });
  page = await browser.submit(page, '/consent', { decision: 'allow' });
  const code = new URL(page.url).searchParams.get('code') ?? '';
  const exchange = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: 'ward-view',
  };
  const answer = (await (await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(exchange) })).json()) as {
    access_token?: string;
  };
  if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
  return answer.access_token;
}

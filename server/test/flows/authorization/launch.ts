/** A standalone launch by forms, step by step, as a person would click through it. */
import { createHash, randomBytes } from 'node:crypto';
import { type Browser, newBrowser, type Page } from './browser.ts';
import { type Issuer, PASSWORD, redirectUri, SECRET } from './harness.ts';

export interface Asked {
  readonly client?: string;
  readonly scope?: string;
  readonly username?: string;
  readonly password?: string;
  readonly patient?: string;
  readonly encounter?: string;
  /** Changes of the consent form: `scope`, `duration`, `decision`. */
  readonly consent?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Changes of the authorization request; undefined leaves one out. */
  readonly request?: Readonly<Record<string, string | undefined>>;
}

export interface Launched {
  readonly page: Page;
  readonly browser: Browser;
  /** Parameters at the redirect address; empty when it was not reached. */
  readonly answer: URLSearchParams;
  readonly verifier: string;
  readonly state: string;
}

export function authorizeUrl(server: Issuer, asked: Asked, verifier: string, state: string): string {
  const params: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: asked.client ?? 'growth-chart',
    redirect_uri: redirectUri,
    scope: asked.scope ?? 'openid fhirUser launch/patient patient/*.rs',
    state,
    aud: server.fhirBase,
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...asked.request,
  };
  const query = new URLSearchParams(
    Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return `${server.issuer}/authorize?${query}`;
}

export async function launch(server: Issuer, asked: Asked = {}, browser = newBrowser(server.issuer)): Promise<Launched> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const page = await clickThrough(browser, authorizeUrl(server, asked, verifier, state), asked);
  const reached = page.url.startsWith(redirectUri);
  return { page, browser, verifier, state, answer: reached ? answerAt(new URL(page.url)) : new URLSearchParams() };
}

/** Signs in, picks and consents, wherever the pages lead. */
export async function clickThrough(browser: Browser, url: string, asked: Asked = {}): Promise<Page> {
  let page = await browser.open(url);
  if (page.text.includes('name="password"'))
    page = await browser.submit(page, '/sign-in', {
      username: asked.username ?? 'okafor',
      password: asked.password ?? PASSWORD,
    });
  if (page.text.includes('name="patient"'))
    page = await browser.submit(page, '/patient', { patient: asked.patient ?? 'haruka' });
  if (page.text.includes('/encounter"'))
    page = await browser.submit(
      page,
      '/encounter',
      asked.encounter === undefined ? { decision: 'without' } : { encounter: asked.encounter },
    );
  if (page.text.includes('/consent"')) page = await browser.submit(page, '/consent', { decision: 'allow', ...asked.consent });
  return page;
}

/** In the query; for flows that we do not have, in the fragment. */
function answerAt(url: URL): URLSearchParams {
  return url.hash === '' ? url.searchParams : new URLSearchParams(url.hash.slice(1));
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function token(
  server: Issuer,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return post(`${server.issuer}/token`, params, headers);
}

export async function post(
  url: string,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(params), headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

export const basic = (id = 'portal', secret = SECRET) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** The whole way of a public client. */
export async function tokensFor(server: Issuer, asked: Asked = {}): Promise<TokenAnswer & { readonly launched: Launched }> {
  const launched = await launch(server, asked);
  const code = launched.answer.get('code');
  if (code === null)
    throw new Error(`no code: ${launched.page.url} ${launched.page.status} ${launched.page.text.slice(0, 1500)}`);
  const client = asked.client ?? 'growth-chart';
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: launched.verifier };
  const answer =
    client === 'portal' ? await token(server, exchange, basic()) : await token(server, { ...exchange, client_id: client });
  return { ...answer, launched };
}

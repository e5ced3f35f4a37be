/**
 * The oracle: what is wrong with an answer, or undefined. Whether a token was owed is worked out from the request's own text and from what the suite
 * itself holds, not from what the server says.
 */
import type { Answer } from '../mutants/mutant.ts';
import { OTHER_REDIRECT, REDIRECT } from '../smart/client.ts';
import { bodyOf, type Site } from '../smart/site.ts';
import { MARKUP, type Shot } from './requests.ts';

const INSIDE =
  /node_modules|\bat [\w.<>]+ \(|\bat (async )?file:|\.ts:\d|oidc-provider|\bKoa\b(?![-_])|fastify|kysely|postgres|SELECT |syntax error|ECONN/;

export interface Secrets {
  /** Must never be in any answer. */
  readonly never: readonly string[];
  /** Refresh tokens by client id. */
  readonly refresh: ReadonlyMap<string, string>;
}

export function verdict(site: Site, secrets: Secrets, shot: Shot, answer: Answer): string | undefined {
  const location = answer.headers.get('location') ?? '';
  const all = `${answer.text}\n${[...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}`;
  if (answer.status >= 500) return `status ${answer.status}`;
  if (INSIDE.test(all.replaceAll(sentBack(shot), ''))) return `tells of the inside: ${INSIDE.exec(all)?.[0]}`;
  if (answer.text.includes(MARKUP)) return 'markup from the request in the page';
  const leaked = secrets.never.find((secret) => all.includes(secret));
  if (leaked !== undefined) return 'a secret in the answer';
  if (location !== '' && !isOwedRedirect(site, location)) return `redirect to ${location.slice(0, 200)}`;
  // A POST to authorize goes on as a GET with what was posted: that is no answer to the app yet.
  const leaves = location !== '' && new URL(location, site.issuer).origin !== site.issuer;
  if (leaves && /[?&#]code=/.test(location)) return 'a code, although nobody signed in';
  const body = bodyOf(answer);
  if (body['active'] === true && !isProven(site, shot)) return 'introspected without proof';
  if (typeof body['access_token'] === 'string') return whyNotOwed(site, secrets, shot, String(body['scope'] ?? ''));
  return undefined;
}

/** What the request itself said may be said again (a scope that is refused, say). */
function sentBack({ params }: Shot): string {
  return params.find(([, value]) => INSIDE.test(value))?.[1] ?? '\u0000';
}

function isOwedRedirect(site: Site, location: string): boolean {
  const url = new URL(location, site.issuer);
  return (
    url.origin === site.issuer ||
    [REDIRECT, OTHER_REDIRECT].some((address) => {
      const registered = new URL(address);
      return url.origin === registered.origin && url.pathname === registered.pathname;
    })
  );
}

const only = (shot: Shot, name: string): string | undefined => {
  const values = shot.params.filter(([key]) => key === name).map(([, value]) => value);
  return values.length === 1 ? values[0] : undefined;
};

/** The client that this request proves to be, by the suite's own knowledge of secrets and of what it signed. */
function provenClient(site: Site, shot: Shot): 'public' | 'symmetric' | 'asymmetric' | 'backend' | undefined {
  const { clients } = site.subject;
  const { authorization = '' } = shot.headers;
  if (authorization === `Basic ${Buffer.from(`${clients.symmetric.id}:${clients.symmetric.secret}`).toString('base64')}`)
    return 'symmetric';
  const assertion = only(shot, 'client_assertion') ?? '';
  const claims = claimsOf(assertion);
  // Signed by us: what was cut or replaced is no longer three parts of this length.
  if (assertion.split('.').length === 3 && (assertion.split('.')[2] ?? '').length >= 128 && typeof claims['iss'] === 'string') {
    const now = Date.now() / 1000;
    const isGood = claims['sub'] === claims['iss'] && claims['aud'] === `${site.issuer}/token` && Number(claims['exp']) > now;
    const kind = (['asymmetric', 'backend'] as const).find((one) => clients[one].id === claims['iss']);
    return isGood ? kind : undefined;
  }
  return only(shot, 'client_id') === clients.public.id || shot.headers['authorization'] === undefined ? 'public' : undefined;
}

function claimsOf(assertion: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isProven(site: Site, shot: Shot): boolean {
  const kind = provenClient(site, shot);
  return kind !== undefined && kind !== 'public';
}

function whyNotOwed(site: Site, { refresh }: Secrets, shot: Shot, scope: string): string | undefined {
  const kind = provenClient(site, shot);
  if (kind === undefined) return 'a token without proof of the client';
  const granted = scope.split(' ').filter((one) => one !== '');
  switch (only(shot, 'grant_type')) {
    case 'client_credentials':
      if (kind !== 'backend') return `client_credentials for ${kind}`;
      return granted.every((one) => /^system\/[A-Za-z*]+\.(rs?|s|read)(\?.*)?$/.test(one) || one === '__introspect')
        ? undefined
        : `scope ${scope} was granted to the backend service`;
    case 'refresh_token': {
      const presented = only(shot, 'refresh_token');
      const owner = [...refresh].find(([, token]) => token === presented)?.[0];
      if (owner !== site.subject.clients[kind].id) return `the refresh token of ${owner} was taken from ${kind}`;
      return granted.some((one) => one.startsWith('system/')) ? `scope ${scope} of a refresh` : undefined;
    }
    default:
      return `a token by ${only(shot, 'grant_type')}`;
  }
}

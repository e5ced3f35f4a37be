/**
 * SMART App Launch 2.2 §authorize-post: a form may hold more than an address can. What is long is kept for a minute, as a pushed request is (RFC 9126),
 * and the browser goes on with a name for it, by GET, because the login cookies are SameSite=Lax. INVARIANT: nothing is believed of it for having been
 * kept: a client that must push by itself has not pushed, and every check is still to come.
 */
import { UnsecuredJWT } from 'jose';
import type Provider from 'oidc-provider';
import { type Client, errors } from 'oidc-provider';
import { type Audiences, isFurther } from './audience.ts';

/** Characters that go on as they are: a browser's next request has to fit into the 16 KiB that we read of its head, cookies too. */
const SHORT = 8_000;
/** A thousand granular scopes. */
const LONGEST = 65_536;
const SECONDS = 60;

/** The query to go on with. */
export async function postedRequest(provider: Provider, use: Audiences, form: URLSearchParams): Promise<URLSearchParams> {
  const { length } = form.toString();
  if (length <= SHORT) return form;
  if (length > LONGEST) throw new errors.InvalidRequest('the authorization request is too long');
  const clientId = form.get('client_id') ?? '';
  const client = await provider.Client.find(clientId);
  // Nothing is kept for whom nobody knows; the authorization endpoint says so on a page.
  if (client === undefined || mustPush(client) || form.has('request') || form.has('request_uri')) return short(form);
  const now = Math.floor(Date.now() / 1000);
  const request = new UnsecuredJWT(parameters(form, use))
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + SECONDS)
    .setIssuer(clientId)
    .setAudience(provider.issuer)
    .encode();
  const kept = new provider.PushedAuthorizationRequest({ request });
  const id = await kept.save(SECONDS);
  return new URLSearchParams({ client_id: clientId, request_uri: `urn:ietf:params:oauth:request_uri:${id}` });
}

function mustPush(client: Client): boolean {
  return client.metadata()['require_pushed_authorization_requests'] === true;
}

/** Of what cannot be served, enough to be told why. */
function short(form: URLSearchParams): URLSearchParams {
  const told = ['client_id', 'redirect_uri', 'response_type', 'state', 'request', 'request_uri'];
  return new URLSearchParams([...form].filter(([name, value]) => told.includes(name) && value.length <= 1000));
}

/** `aud` of a kept request is ours (audience.ts): SMART's stands in `resource`. One that is none of ours is left out, and missed where it is checked. */
function parameters(form: URLSearchParams, use: Audiences): Record<string, unknown> {
  const names = [...new Set(form.keys())].filter((name) => !['aud', 'iss', 'iat', 'nbf', 'exp', 'jti', 'sub'].includes(name));
  const all = Object.fromEntries(names.map((name) => [name, one(form.getAll(name))]));
  const [aud, ...more] = form.getAll('aud');
  if (aud === undefined) return all;
  const isOurs = more.length === 0 && (aud === use.fhirBase || isFurther(aud, use) || use.jwtAudiences.includes(aud));
  const { resource = aud, ...rest } = all;
  return isOurs ? { ...rest, resource } : rest;
}

/** What came twice is told as it came, to be refused. */
const one = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values);

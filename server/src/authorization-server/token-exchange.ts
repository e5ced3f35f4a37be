/**
 * RFC 8693: a client exchanges a token of its own for a narrower one, for a part of itself or for another FHIR server that it is registered for.
 * INVARIANT: the new token has no scope that the old one has not, lives no longer, speaks for the same person about the same patient, and ends with the
 * same grant. What would make it speak for somebody else (another client's token, an actor token, a bound token without its key) is refused.
 */
import { narrow, parseScopes } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type Provider from 'oidc-provider';
import { errors, type ResourceServer, type ResourceServerInstance, type TokenEndpointGrantContext } from 'oidc-provider';
import type { Database } from '../storage/schema.ts';
import type { ResolvedToken, TokenResolver } from '../token/resolved-token.ts';
import { findAccount } from './account.ts';
import { EXCHANGE_GRANT } from './client-metadata.ts';
import { registeredScope } from './grantable-scope.ts';
import { mayHaveJwt } from './provider-features.ts';
import { askedPurposes } from './purposes.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const params = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'resource',
  'audience',
  'scope',
  'purpose_of_use',
] as const;

type Params = { readonly [name in (typeof params)[number]]?: string };

export interface TokenExchangeDependencies {
  readonly db: Kysely<Database>;
  readonly tokens: TokenResolver;
  readonly fhirBase: string;
  readonly jwtAudiences: readonly string[];
  readonly now: () => number;
}

/** Of the new token, at most. */
const LONGEST_SECONDS = 300;

export function registerTokenExchange(provider: Provider, use: TokenExchangeDependencies): void {
  provider.registerGrantType<Params>(EXCHANGE_GRANT, (ctx) => exchange(use, ctx), params);
}

async function exchange(use: TokenExchangeDependencies, ctx: TokenEndpointGrantContext<Params>): Promise<void> {
  const { client, params: asked } = ctx.oidc;
  const subject = await subjectOf(use, ctx);
  keepsPurposes(asked.purpose_of_use, subject);
  const resource = asked.resource ?? asked.audience ?? use.fhirBase;
  const jwt = resource !== use.fhirBase;
  if (jwt && !mayHaveJwt(use, resource, client))
    throw new errors.InvalidTarget('resource is not a FHIR server that this client is registered for');

  // What was kept back from the app is kept back by us alone.
  if (jwt && subject.withheld !== undefined) throw new errors.InvalidTarget('parts of the record were kept back');
  const scope = narrowed(asked.scope ?? subject.scope, subject.scope, registeredScope(client));
  if (scope === '') throw new errors.InvalidScope('nothing of it is in the token that is exchanged', asked.scope ?? '');
  const left = Math.floor((subject.expiresAt - use.now()) / 1000);
  if (left < 1) throw new errors.InvalidGrant('the token that is exchanged has ended');
  const info: ResourceServer = {
    scope,
    audience: resource,
    ...(jwt ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } } : { accessTokenFormat: 'opaque' }),
  };
  const { ResourceServer: Made } = ctx.oidc.provider as unknown as {
    readonly ResourceServer: new (identifier: string, info: ResourceServer) => ResourceServerInstance;
  };
  const resourceServer = new Made(resource, info);
  const expiresIn = Math.min(left, LONGEST_SECONDS);
  const token = await issue(use, ctx, subject, { scope, resourceServer, expiresIn });
  ctx.body = {
    access_token: token,
    issued_token_type: jwt ? 'urn:ietf:params:oauth:token-type:jwt' : ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope,
  };
}

/** The token to be exchanged: live, for us, of this very client, and not bound to a key that nobody proved here. */
async function subjectOf(use: TokenExchangeDependencies, ctx: TokenEndpointGrantContext<Params>): Promise<ResolvedToken> {
  const { client, params: asked } = ctx.oidc;
  if (client.clientAuthMethod === 'none') throw new errors.UnauthorizedClient('a public client cannot exchange tokens');
  if (asked.actor_token !== undefined) throw new errors.InvalidRequest('actor tokens are not taken here');
  if (asked.subject_token === undefined || asked.subject_token_type !== ACCESS_TOKEN)
    throw new errors.InvalidRequest('subject_token must be an access token');
  const wanted = asked.requested_token_type;
  if (wanted !== undefined && wanted !== ACCESS_TOKEN) throw new errors.InvalidRequest('only access tokens are given');
  // RFC 9449 §5: whoever shows a key wants a token bound to it. A bearer token would be less than was asked for.
  if (ctx.get('DPoP') !== '') throw new errors.InvalidRequest('exchanged tokens are not bound to keys');
  if (client.dpopBoundAccessTokens === true || client.tlsClientCertificateBoundAccessTokens === true)
    throw new errors.UnauthorizedClient('a client of bound tokens cannot exchange them');
  const subject = await use.tokens.resolve(asked.subject_token);
  if (subject === undefined || subject.audience !== use.fhirBase || subject.binding !== undefined)
    throw new errors.InvalidRequest('subject_token is not valid');
  // what a broken glass opened is for whoever broke it, in the app in which they did.
  if (subject.glass !== undefined) throw new errors.InvalidRequest('subject_token is not valid');
  if (subject.client.id !== client.clientId) throw new errors.InvalidRequest('subject_token is not valid');
  return subject;
}

/** what was asked for one purpose of use is not passed on for another. Left out, it stays as it is. */
function keepsPurposes(asked: string | undefined, { purposes }: ResolvedToken): void {
  const named = askedPurposes(asked);
  const had = new Set(purposes.map(({ code }) => code));
  if (asked !== undefined && (named.length !== had.size || !named.every((code) => had.has(code))))
    throw new errors.InvalidRequest('a token that is exchanged keeps its purposes of use');
}

/** Only what reads and writes data: an exchanged token signs nobody in and refreshes nothing. */
function narrowed(asked: string, had: string, registered: string): string {
  const within = narrow(parseScopes(asked), parseScopes(had));
  return narrow(parseScopes(within.join(' ')), parseScopes(registered))
    .filter((text) => parseScopes(text).every(({ kind }) => kind === 'resource'))
    .join(' ');
}

async function issue(
  use: TokenExchangeDependencies,
  ctx: TokenEndpointGrantContext<Params>,
  subject: ResolvedToken,
  made: { readonly scope: string; readonly resourceServer: ResourceServerInstance; readonly expiresIn: number },
): Promise<string> {
  const { provider, client, params: asked } = ctx.oidc;
  if (subject.person === undefined) {
    const token = new provider.ClientCredentials({ client, scope: made.scope });
    token.resourceServer = made.resourceServer;
    Object.assign(token, { expiresIn: made.expiresIn });
    ctx.oidc.entity('ClientCredentials', token);
    return token.save();
  }
  const source = await provider.AccessToken.find(asked.subject_token ?? '');
  const grant = source?.grantId === undefined ? undefined : await provider.Grant.find(source.grantId);
  const account = await findAccount(use.db, use.fhirBase, subject.person.id, () => undefined);
  if (source === undefined || grant === undefined || account === undefined)
    throw new errors.InvalidRequest('subject_token is not valid');
  const token = new provider.AccessToken({
    accountId: subject.person.id,
    client,
    grantId: source.grantId,
    gty: 'token_exchange',
    scope: made.scope,
    ...(source.sessionUid === undefined ? {} : { sessionUid: source.sessionUid }),
  } as ConstructorParameters<typeof provider.AccessToken>[0]);
  token.resourceServer = made.resourceServer;
  Object.assign(token, { expiresIn: made.expiresIn });
  ctx.oidc.entity('Account', account);
  ctx.oidc.entity('AccessToken', token);
  return token.save();
}

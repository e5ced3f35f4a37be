/** OAuth's endpoints, forwarded to oidc-provider after what it leaves to us: POST to authorize, refresh without a client_id, preflights. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { errors } from 'oidc-provider';
import { clientById } from '../storage/clients.ts';
import { findPayload } from '../storage/oidc-payloads.ts';
import type { Database } from '../storage/schema.ts';
import type { ClientKeySets } from '../token/client-key-sets.ts';
import type { DpopNonces } from '../token/dpop-nonces.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import { usedOnce } from '../token/used-once.ts';
import { corsHeaders, preflightHeaders, type RegisteredOrigins } from './cors.ts';
import { paths } from './discovery.ts';
import { parseForm } from './form.ts';
import type { Forward } from './forward.ts';
import { type FurtherBase, nameBase } from './further-bases.ts';
import { type IntrospectionDependencies, introspectAsBearer } from './introspection.ts';
import type { LiveProvider } from './live-provider.ts';
import { postedRequest } from './posted-request.ts';
import { havePublishedKeys } from './published-keys.ts';
import { replayedRequest } from './replayed-request.ts';
import { isSignOutByToken, type SignOutDependencies, signOutByToken } from './sign-out-by-token.ts';
import { bearerToken, userinfo } from './userinfo.ts';

export interface OauthRouteDependencies {
  readonly db: Kysely<Database>;
  readonly keySets: ClientKeySets;
  readonly forward: Forward;
  readonly origins: RegisteredOrigins;
  readonly tokens: TokenResolver;
  readonly introspection: IntrospectionDependencies;
  readonly signOut: SignOutDependencies;
  readonly provider: LiveProvider;
  readonly issuer: string;
  readonly fhirBase: string;
  readonly further: readonly FurtherBase[];
  readonly jwtAudiences: readonly string[];
  /** Of the userinfo endpoint. */
  readonly nonces: DpopNonces;
  readonly now: () => number;
}

export function oauthRoutes(app: FastifyInstance, use: OauthRouteDependencies): void {
  app.get(paths.authorization, (request, reply) => authorize(use, request, reply, queryOf(request)));
  // 303, so that the form is not sent again.
  app.post(paths.authorization, async (request, reply) => {
    const form = parseForm(request.body);
    asEveryLaunch(form);
    const query = await postedRequest(await use.provider.fresh(), use, form);
    return reply.header('Cache-Control', 'no-store').redirect(`${paths.authorization}?${query}`, 303);
  });
  app.get(`${paths.authorization}/:uid`, use.forward);
  for (const path of [paths.end_session, `${paths.end_session}/success`])
    app.get(path, async (request, reply) => {
      queryOf(request);
      return use.forward(request, reply);
    });
  app.post(paths.end_session, (request, reply) =>
    isSignOutByToken(request)
      ? signOutByToken(use.signOut, request, reply)
      : send(use, request, reply, parseForm(request.body)),
  );
  app.post(`${paths.end_session}/confirm`, (request, reply) => send(use, request, reply, parseForm(request.body)));
  for (const path of [paths.jwks, '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    app.get(path, use.forward);
    app.options(path, use.forward);
  }
  app.post(paths.token, async (request, reply) => {
    const form = parseForm(request.body);
    await nameClientOfRefresh(use.db, request, form);
    nameBase(form, queryOf(request).get('at') ?? undefined, use.further);
    return send(use, request, reply, form);
  });
  app.post(paths.pushed_authorization_request, (request, reply) => {
    const form = parseForm(request.body);
    asEveryLaunch(form);
    return send(use, request, reply, form);
  });
  app.post(paths.revocation, (request, reply) => send(use, request, reply, parseForm(request.body)));
  app.post(paths.introspection, (request, reply) => introspect(use, request, reply));
  for (const method of ['GET', 'POST'] as const)
    app.route({ method, url: paths.userinfo, handler: (request, reply) => answerUserinfo(use, request, reply) });
  for (const path of [paths.token, paths.pushed_authorization_request, paths.revocation, paths.introspection, paths.userinfo])
    app.options(path, async (request, reply) => {
      const origin = request.headers.origin;
      reply.header('Vary', 'Origin');
      if (origin !== undefined && (await use.origins.has(origin)))
        reply.headers(preflightHeaders(origin, path === paths.userinfo ? 'GET, POST' : 'POST'));
      return reply.code(204).send();
    });
}

async function authorize(
  use: OauthRouteDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  query: URLSearchParams,
): Promise<void> {
  asEveryLaunch(query);
  request.raw.url = `${paths.authorization}?${query}`;
  return use.forward(request, reply);
}

function asEveryLaunch(query: URLSearchParams): void {
  // What was pushed was mended when it was pushed.
  if (query.has('request_uri')) return;
  // Every launch asks: also what makes the provider keep offline_access, which OpenID Connect Core §11 ties to prompt=consent.
  const prompts = query
    .getAll('prompt')
    .join(' ')
    .split(' ')
    .filter((prompt) => prompt !== '');
  if (query.getAll('prompt').length <= 1 && !prompts.includes('none'))
    query.set('prompt', [...new Set([...prompts, 'consent'])].join(' '));
  // RFC 6749 §3.1: a parameter that means nothing is ignored; a nonce belongs to an id_token.
  if (!query.getAll('scope').join(' ').split(' ').includes('openid')) query.delete('nonce');
}

/** PostgreSQL cannot keep U+0000, and no parameter of ours has it. */
function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  for (const [name, value] of query)
    if (name.includes('\0') || value.includes('\0')) throw new errors.InvalidRequest('a parameter holds U+0000');
  return query;
}

/** fhirclient refreshes a public client's token without naming the client (RFC 6749 §6 lets the token name it). */
async function nameClientOfRefresh(db: Kysely<Database>, request: FastifyRequest, form: URLSearchParams): Promise<void> {
  const named = form.has('client_id') || form.has('client_assertion') || request.headers.authorization !== undefined;
  const token = form.get('refresh_token');
  if (named || token === null || form.get('grant_type') !== 'refresh_token') return;
  const clientId = (await findPayload(db, 'RefreshToken', token))?.['clientId'];
  if (typeof clientId === 'string') form.set('client_id', clientId);
}

/** A secret in the body is for clients that are registered so: bodies are logged where headers are not. */
async function isSecretMisplaced(db: Kysely<Database>, form: URLSearchParams): Promise<boolean> {
  if (!form.has('client_secret')) return false;
  const client = await clientById(db, form.get('client_id') ?? '');
  return client?.protocol.secretInBody !== true;
}

async function send(
  use: OauthRouteDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  form: URLSearchParams,
): Promise<void> {
  // Another content type is refused by the provider, which finds no form in it.
  if (typeof request.body !== 'string') return use.forward(request, reply);
  if (await isSecretMisplaced(use.db, form))
    return void reply.code(401).header('Cache-Control', 'no-store').send({ error: 'invalid_client' });
  await havePublishedKeys(use, form.get('client_assertion'));
  return use.forward(request, reply, replayedRequest(request.raw, request.raw.url ?? '', form.toString()));
}

async function introspect(
  use: OauthRouteDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const form = parseForm(request.body);
  if (!/^Bearer /i.test(request.headers.authorization ?? '')) {
    await send(use, request, reply, form);
    return undefined;
  }
  const asking = bearerToken(request.headers.authorization);
  const answer =
    asking === undefined ? undefined : await introspectAsBearer(use.introspection, asking, form.get('token') ?? '');
  reply.headers({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
  if (answer !== undefined) return reply.send(answer);
  return reply.code(401).header('WWW-Authenticate', 'Bearer error="invalid_token"').send({ error: 'invalid_token' });
}

async function answerUserinfo(
  use: OauthRouteDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const answer = await userinfo(
    { tokens: use.tokens, audience: use.fhirBase, once: usedOnce(use.db), nonces: use.nonces, now: use.now },
    request,
    use.issuer + paths.userinfo,
  );
  const { origin } = request.headers;
  reply.headers({ 'Cache-Control': 'no-store', Vary: 'Origin' });
  if (origin !== undefined && (await use.origins.has(origin))) reply.headers(corsHeaders(origin));
  if (answer.status !== 200) reply.header('WWW-Authenticate', answer.challenge);
  if (/^DPoP /i.test(request.headers.authorization ?? '')) reply.header('DPoP-Nonce', use.nonces.next());
  return reply.code(answer.status).send(answer.body);
}

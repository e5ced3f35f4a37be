/** RFC 7591 §3 `POST /register` and RFC 7592 §2 `GET|PUT|DELETE /register/{client_id}`: who may → well formed → recorded → done, on every node. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { AuditLog } from '../../audit-log/audit-log.ts';
import { type Client, clientById, insertClient } from '../../storage/clients.ts';
import type { Cluster } from '../../storage/cluster.ts';
import { registrationToken, useRegistrationToken } from '../../storage/registration-tokens.ts';
import type { Database } from '../../storage/schema.ts';
import type { TokenRevocation } from '../../token/revoke.ts';
import { tokenHash } from '../../token/token-hash.ts';
import { auditDraft } from '../audit-drafts.ts';
import { jsonBody } from '../json-body.ts';
import { requestIdOf } from '../request-id.ts';
import { bearerToken } from '../userinfo.ts';
import { type ReadClient, readClientRequest } from './client-request.ts';

export interface RegistrationDependencies {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
  readonly revocation: TokenRevocation;
  readonly auditLog: AuditLog;
  readonly issuer: string;
}

export async function registrationRoutes(app: FastifyInstance, use: RegistrationDependencies): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) =>
      done(null, body),
    );
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'Cache-Control': 'no-store', Pragma: 'no-cache', 'X-Content-Type-Options': 'nosniff' });
    });
    scope.post('/register', (request, reply) => register(use, request, reply));
    scope.get('/register/:id', async (request, reply) => {
      const client = await own(use, request);
      return client === undefined ? refuse(reply) : reply.send(shown(use, client));
    });
    scope.put('/register/:id', (request, reply) => change(use, request, reply));
    scope.delete('/register/:id', (request, reply) => remove(use, request, reply));
  });
}

async function register(use: RegistrationDependencies, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const bearer = bearerToken(request.headers.authorization);
  const allowed = bearer === undefined ? undefined : await registrationToken(use.db, tokenHash(bearer));
  if (bearer === undefined || allowed === undefined) return refuse(reply);
  const read = readClientRequest(jsonBody(request.body), allowed.scope);
  if (!read.ok) return wrong(reply, read);
  if (!(await useRegistrationToken(use.db, tokenHash(bearer)))) return refuse(reply);
  const id = randomUUID();
  const { client } = read;
  await record(use, request, 'client-registered', id, client.name, `by the initial access token “${allowed.note}”`);
  const secret = client.kind === 'symmetric' ? randomBytes(32).toString('base64url') : undefined;
  const token = randomBytes(32).toString('base64url');
  const row = await insertClient(use.db, {
    id,
    name: client.name,
    kind: client.kind,
    secret_hash: secret === undefined ? null : tokenHash(secret),
    jwks: client.jwks,
    jwks_uri: client.jwksUri,
    redirect_uris: [...client.redirectUris],
    scope: client.scope,
    roles: [],
    disabled: false,
    protocol: JSON.stringify(client.protocol),
    registration_hash: tokenHash(token),
  });
  if (row === undefined) throw new Error('a random id was taken');
  await use.cluster.announce({ kind: 'client', id });
  return reply.code(201).send({
    ...shown(use, row),
    registration_access_token: token,
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
  });
}

/** RFC 7592 §2.2: the whole registration anew. INVARIANT: neither its kind nor its scope can grow; a secret stays as it is. */
async function change(use: RegistrationDependencies, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const client = await own(use, request);
  if (client === undefined) return refuse(reply);
  const read = readClientRequest(jsonBody(request.body), client.scope);
  if (!read.ok) return wrong(reply, read);
  const { client: wanted } = read;
  if (wanted.kind !== client.kind)
    return wrong(reply, { ok: false, error: 'invalid_client_metadata', why: 'the kind of a client cannot be changed' });
  await record(use, request, 'client-changed', client.id, wanted.name, 'by itself');
  await use.db
    .updateTable('client')
    .set({
      name: wanted.name,
      redirect_uris: [...wanted.redirectUris],
      scope: wanted.scope,
      jwks: wanted.jwks,
      jwks_uri: wanted.jwksUri,
      protocol: JSON.stringify(wanted.protocol),
    })
    .where('id', '=', client.id)
    .execute();
  await use.cluster.announce({ kind: 'client', id: client.id });
  const row = await clientById(use.db, client.id);
  return row === undefined ? refuse(reply) : reply.send(shown(use, row));
}

async function remove(use: RegistrationDependencies, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const client = await own(use, request);
  if (client === undefined) return refuse(reply);
  await record(use, request, 'client-removed', client.id, client.name, 'by itself');
  await use.db.updateTable('client').set({ disabled: true }).where('id', '=', client.id).execute();
  await use.revocation.byClient(client.id);
  await use.db.deleteFrom('client').where('id', '=', client.id).execute();
  await use.cluster.announce({ kind: 'client', id: client.id });
  return reply.code(204).send();
}

/** The client whose registration token this is. Unknown, disabled and foreign are one answer (RFC 7592 §2.1). */
async function own(use: RegistrationDependencies, request: FastifyRequest): Promise<Client | undefined> {
  const bearer = bearerToken(request.headers.authorization);
  const id = (request.params as { readonly id?: string }).id ?? '';
  if (bearer === undefined || !/^[A-Za-z0-9._~-]{1,128}$/.test(id)) return undefined;
  const client = await clientById(use.db, id);
  return client === undefined || client.disabled || client.registration_hash !== tokenHash(bearer) ? undefined : client;
}

function record(
  use: RegistrationDependencies,
  request: FastifyRequest,
  action: string,
  id: string,
  name: string,
  reason: string,
) {
  return use.auditLog.append(
    auditDraft({
      kind: 'administration',
      action,
      outcome: 'permit',
      reason,
      client: { id, name },
      address: request.ip,
      requestId: requestIdOf(request.raw),
    }),
  );
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('WWW-Authenticate', 'Bearer error="invalid_token"').send({ error: 'invalid_token' });
}

function wrong(reply: FastifyReply, read: ReadClient & { ok: false }): FastifyReply {
  return reply.code(400).send({ error: read.error, error_description: read.why });
}

/** INVARIANT: no secret and no token. */
function shown(use: RegistrationDependencies, { id, name, kind, protocol, ...client }: Client): object {
  const method = {
    public: 'none',
    symmetric: protocol.secretInBody === true ? 'client_secret_post' : 'client_secret_basic',
    asymmetric: 'private_key_jwt',
    backend: 'private_key_jwt',
  }[kind];
  return {
    client_id: id,
    client_id_issued_at: Math.floor(client.created_at.getTime() / 1000),
    client_name: name,
    token_endpoint_auth_method: method,
    grant_types: kind === 'backend' ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    ...(kind === 'backend' ? {} : { response_types: ['code'], redirect_uris: client.redirect_uris }),
    scope: client.scope,
    ...(client.jwks_uri === null ? {} : { jwks_uri: client.jwks_uri }),
    ...(client.jwks === null ? {} : { jwks: client.jwks }),
    ...(protocol.dpopBound === true ? { dpop_bound_access_tokens: true } : {}),
    ...(protocol.idTokenAlg === undefined ? {} : { id_token_signed_response_alg: protocol.idTokenAlg }),
    ...(protocol.postLogoutRedirectUris === undefined ? {} : { post_logout_redirect_uris: protocol.postLogoutRedirectUris }),
    ...(protocol.backChannelLogoutUri === undefined ? {} : { backchannel_logout_uri: protocol.backChannelLogoutUri }),
    registration_client_uri: `${use.issuer}/register/${id}`,
  };
}

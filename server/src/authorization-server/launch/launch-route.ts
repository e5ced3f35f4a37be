/** `POST /launch`: an EHR that is a client of ours (a token with the scope `__launch`) prepares a launch, as JSON. */
import { Problem } from '@fireguard/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { AuditLog } from '../../audit-log/audit-log.ts';
import type { Database } from '../../storage/schema.ts';
import type { TokenResolver } from '../../token/resolved-token.ts';
import { auditDraft } from '../audit-drafts.ts';
import { jsonBody } from '../json-body.ts';
import { requestIdOf } from '../request-id.ts';
import { bearerToken } from '../userinfo.ts';
import { launchRequest, prepareLaunch } from './prepare-launch.ts';

/** A bearer token of a service with this scope may prepare launches. */
export const LAUNCH_SCOPE = '__launch';

export interface LaunchRouteDependencies {
  readonly db: Kysely<Database>;
  readonly tokens: TokenResolver;
  readonly auditLog: AuditLog;
  readonly fhirBase: string;
  readonly now: () => number;
}

export async function launchRoute(app: FastifyInstance, use: LaunchRouteDependencies): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) =>
      done(null, body),
    );
    scope.post('/launch', async (request, reply) => {
      reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
      return answer(use, request, reply);
    });
  });
}

async function answer(use: LaunchRouteDependencies, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const bearer = bearerToken(request.headers.authorization);
  const token = bearer === undefined ? undefined : await use.tokens.resolve(bearer);
  if (token === undefined || token.person !== undefined || token.audience !== use.fhirBase || token.binding !== undefined)
    return reply.code(401).header('WWW-Authenticate', 'Bearer error="invalid_token"').send({ error: 'invalid_token' });
  if (!token.scope.split(' ').includes(LAUNCH_SCOPE))
    return reply
      .code(403)
      .header('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${LAUNCH_SCOPE}"`)
      .send({ error: 'insufficient_scope' });
  const asked = launchRequest.safeParse(jsonBody(request.body));
  if (!asked.success) {
    const [issue] = asked.error.issues;
    return reply
      .code(400)
      .send({ error: 'invalid_request', error_description: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
  }
  try {
    const ready = await prepareLaunch(use, asked.data);
    await use.auditLog.append(
      auditDraft({
        kind: 'token',
        action: 'launch-prepared',
        outcome: 'permit',
        reason: `for the app ${asked.data.client} and the person ${asked.data.user}`,
        client: token.client,
        token: { id: token.id, issuer: token.issuer },
        patient: asked.data.patient,
        address: request.ip,
        requestId: requestIdOf(request.raw),
      }),
    );
    return reply.code(201).send(ready);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not-found') throw error;
    return reply.code(400).send({ error: 'invalid_request', error_description: error.publicText });
  }
}

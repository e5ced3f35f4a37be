/**
 * The admin API: one table of routes, mounted on the issuer's listener (bearer token) and on a Unix socket (whoever can open it). The order of
 * checks is `answer` below: who → what → may they → is it well formed → do. It must not answer anything before who is known.
 */
import { randomUUID } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { ClockState } from '../audit-log/clock-watch.ts';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import type { Retention } from '../audit-log/retention.ts';
import type { Accounts } from '../authorization-server/accounts.ts';
import type { PasswordRules } from '../authorization-server/password-rules.ts';
import type { Passwords } from '../authorization-server/passwords.ts';
import type { PolicyMaterial } from '../policy-trial/policy-material.ts';
import type { Cluster } from '../storage/cluster.ts';
import type { KeyStore } from '../storage/keys.ts';
import type { Database } from '../storage/schema.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import { adminDraft } from './act.ts';
import { type AdminCaller, localAdministrator, rightsOf } from './admin-caller.ts';
import type { AdminRoute } from './admin-route.ts';
import { alertRoutes } from './alert-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { authenticateAdmin } from './authenticate-admin.ts';
import { breakGlassRoutes } from './break-glass-routes.ts';
import { checkInput } from './check-input.ts';
import { clientRoutes } from './client-routes.ts';
import { consentRoutes } from './consent-routes.ts';
import { credentialRoutes } from './credential-routes.ts';
import { disclosureRoutes } from './disclosure-routes.ts';
import { holdRoutes } from './hold-routes.ts';
import { launchRoutes } from './launch-routes.ts';
import { openApiDocument } from './openapi.ts';
import { peopleRoutes } from './people-routes.ts';
import { personProofRoutes } from './person-proof-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { questionRoutes } from './question-routes.ts';
import { relationRoutes } from './relation-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { statusRoute } from './status-route.ts';
import { subscriptionRoutes } from './subscription-routes.ts';

export interface AdminApiDependencies {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
  readonly keys: KeyStore;
  readonly auditLog: SearchableAuditLog;
  /** Undefined: every month is kept. */
  readonly retention: Retention | undefined;
  readonly tokens: TokenResolver;
  readonly revocation: TokenRevocation;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  /** What a password that is given must be. */
  readonly rules: PasswordRules;
  /** No slash at the end. */
  readonly issuer: string;
  /** No slash at the end. */
  readonly fhirBase: string;
  /** What an access token for this API may be meant for: `<issuer>/admin`, or the FHIR base where the authorization server knows no other. */
  readonly audiences: readonly string[];
  /** Undefined: none is accepted. */
  readonly adminToken: string | undefined;
  /** In force; what is tried is held against them. */
  /** In force at the first FHIR server. */
  readonly policies: PolicyMaterial;
  /** Those of further ones, by their names. */
  readonly furtherPolicies: ReadonlyMap<string, PolicyMaterial>;
  /** How this node's clock stands beside a time server. */
  readonly clock: () => ClockState;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly now?: () => number;
  /** Hears of bugs: request id and stack frames, no message that could quote a person. */
  readonly log: (line: { readonly requestId: string; readonly at: string }) => void;
}

/** Which door a request came through. */
export type Door = 'network' | 'socket';

export interface AdminApi {
  /** Adds the routes under `/admin` to a listener. */
  mount(app: FastifyInstance, door: Door): Promise<void>;
}

export function createAdminApi(use: AdminApiDependencies): AdminApi {
  const routes = [
    ...peopleRoutes(use),
    ...personProofRoutes(use),
    ...sessionRoutes(use),
    ...clientRoutes(use),
    ...credentialRoutes(use),
    ...launchRoutes(use),
    ...relationRoutes(use),
    ...consentRoutes(use),
    ...auditRoutes(use),
    ...alertRoutes(use),
    ...questionRoutes(use),
    ...disclosureRoutes(use),
    ...holdRoutes(use),
    ...subscriptionRoutes(use),
    ...policyRoutes(use),
    ...breakGlassRoutes(use),
    statusRoute(use),
  ];
  const document = openApiDocument(routes, use.issuer);
  return {
    async mount(app, door) {
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 1_000_000 }, (_request, body, done) =>
          done(null, body),
        );
        const handle = (route: AdminRoute | 'openapi' | undefined) => async (request: FastifyRequest, reply: Reply) => {
          const requestId = randomUUID();
          const { status, body } = await answer(use, door, route, document, request, requestId);
          reply.code(status).headers({ ...headers, 'X-Request-Id': requestId });
          if (status === 401)
            reply.header(
              'WWW-Authenticate',
              `Bearer realm="admin"${request.headers.authorization === undefined ? '' : ', error="invalid_token"'}`,
            );
          return reply.send(JSON.stringify(body));
        };
        for (const route of routes) {
          scope.route({
            method: route.method,
            url: `/admin${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
            handler: handle(route),
          });
        }
        scope.get('/admin/openapi.json', handle('openapi'));
        scope.all('/admin', handle(undefined));
        scope.all('/admin/*', handle(undefined));
        scope.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
          const status = error.statusCode === 413 ? 413 : 400;
          return reply
            .code(status)
            .headers(headers)
            .send(JSON.stringify({ error: 'request-not-understood', error_description: 'The request could not be read.' }));
        });
      });
    },
  };
}

interface Reply {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
  header(name: string, value: string): Reply;
  send(body: string): Reply;
}

const headers = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Referrer-Policy': 'no-referrer',
};

async function answer(
  use: AdminApiDependencies,
  door: Door,
  route: AdminRoute | 'openapi' | undefined,
  document: object,
  request: FastifyRequest,
  requestId: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const address = door === 'socket' ? '' : request.ip;
  const circumstances = { address, requestId, asked: `${request.method} ${request.raw.url ?? ''}` };
  let caller: AdminCaller | undefined;
  try {
    caller = door === 'socket' ? localAdministrator : await authenticateAdmin(authorizationLines(request), use);
    if (route === undefined)
      throw new Problem('not-found', 'The admin API has nothing here; GET /admin/openapi.json lists what it has.');
    if (route === 'openapi') return { status: 200, body: document };
    if (!rightsOf(caller).includes(route.right)) throw new Problem('forbidden', needs[route.right]);
    const input = checkInput(route, request);
    return { status: route.status, body: await route.run({ ...input, caller, ...circumstances }) };
  } catch (error) {
    if (!(error instanceof Problem)) {
      use.log({ requestId, at: framesOf(error) });
      return {
        status: 500,
        body: {
          error: 'bug',
          error_description: 'An error inside Fireguard; its log tells more by the request id.',
          requestId,
        },
      };
    }
    if (caller !== undefined && error.code === 'forbidden') {
      const act = { action: route === undefined || route === 'openapi' ? 'admin' : route.id, reason: error.publicText };
      const denied = await use.auditLog
        .append(adminDraft({ ...circumstances, caller }, 'administration', 'deny', act))
        .catch(() => undefined);
      if (denied === undefined)
        return told(new Problem('audit-unavailable', 'The service is not available at the moment.'), requestId);
    }
    return told(error, requestId);
  }
}

const needs = {
  administer: 'This needs the role security-administrator.',
  audit: 'This needs the role privacy-officer.',
  consents: 'This needs the role privacy-officer.',
  look: 'This needs the role security-administrator or privacy-officer.',
} as const;

function told(problem: Problem, requestId: string) {
  return { status: problem.answer.status, body: { error: problem.code, error_description: problem.publicText, requestId } };
}

/** From the raw lines: Node's own map would drop a second Authorization. */
function authorizationLines(request: FastifyRequest): readonly string[] {
  const raw = request.raw.rawHeaders;
  return raw.filter((_line, at) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === 'authorization');
}

function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim())
    .join(' < ');
}

/**
 * Token introspection (RFC 7662; SMART App Launch 2.2 §Token introspection, R-107). The provider authenticates the client; what is told comes
 * from the same resolver that the gateway uses, so that both say the same of a token. A dead token is only that: `{"active":false}`.
 */

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ResolvedToken, TokenResolver } from '../token/resolved-token.ts';
import type { ConsentsAtTokenTime } from './consents-at-token-time.ts';
import { paths } from './discovery.ts';
import { type IuaSettings, type IuaSubject, iuaClaims } from './iua-claims.ts';
import { launchParameters } from './launch/launch-parameters.ts';
import type { Middleware } from './middleware.ts';

/** A bearer token with this scope may introspect any token. */
export const INTROSPECTION_SCOPE = '__introspect';

export interface IntrospectionDependencies {
  readonly tokens: TokenResolver;
  readonly issuer: string;
  readonly fhirBase: string;
  /** What the consents of the patient in context leave to be enforced (IHE PCF); left out: nothing is said of them. */
  readonly consents?: ConsentsAtTokenTime | undefined;
  /** IHE IUA's claims; left out: none. */
  readonly iua?: IuaSettings | undefined;
  /** Whether person and client of a refresh token are still enabled. */
  readonly isAlive: (personId: string, clientId: string) => Promise<boolean>;
}

/** Around the provider's endpoint: who may not ask is 401; what it answers is replaced by what the resolver says. */
export function introspectionAnswer(use: IntrospectionDependencies): Middleware {
  return async (koa, next) => {
    if (koa.path !== paths.introspection || koa.method !== 'POST') return next();
    await next();
    koa.set('Cache-Control', 'no-store');
    koa.set('Pragma', 'no-cache');
    const ctx = koa as unknown as KoaContextWithOIDC;
    const noClient = ctx.oidc?.client === undefined || ctx.oidc.client.clientAuthMethod === 'none';
    if (koa.status === 200 ? noClient : koa.status === 400 && noClient && koa.get('Authorization') === '') {
      koa.status = 401;
      koa.set('WWW-Authenticate', `Basic realm="${use.issuer}"`);
      koa.body = { error: 'invalid_client', error_description: 'client authentication is required' };
      return;
    }
    // RFC 7662 §2.2: what is no token of ours is not active, also when it looks like a JWT; the provider calls that an error.
    if (koa.status === 400 && (koa.body as { error?: string }).error === 'unsupported_token_type') {
      koa.status = 200;
      koa.body = { active: false };
      return;
    }
    if (koa.status !== 200 || (koa.body as { active?: boolean }).active !== true) return;
    const token = String(ctx.oidc.params?.['token'] ?? '');
    const refresh = ctx.oidc.entities.RefreshToken;
    if (refresh === undefined) koa.body = await describe(use, token);
    else if (refresh.clientId !== ctx.oidc.client?.clientId || !(await use.isAlive(refresh.accountId, refresh.clientId ?? '')))
      koa.body = { active: false };
  };
}

/** The way with a bearer token: undefined when the asking token may not. */
export async function introspectAsBearer(
  use: IntrospectionDependencies,
  asking: string,
  token: string,
): Promise<object | undefined> {
  const caller = await use.tokens.resolve(asking);
  // A bound token would need its proof here too; who may ask has a plain one.
  if (
    caller === undefined ||
    caller.binding !== undefined ||
    caller.audience !== use.fhirBase ||
    !caller.scope.split(' ').includes(INTROSPECTION_SCOPE)
  )
    return undefined;
  return describe(use, token);
}

async function describe(use: IntrospectionDependencies, token: string): Promise<object> {
  const found = await use.tokens.resolve(token);
  if (found === undefined) return { active: false };
  const claims = found.patient === undefined ? undefined : await use.consents?.({ ...found, patient: found.patient });
  // what a patient withdraws ends what was granted before.
  if (claims === 'deny') return { active: false };
  const iua = use.iua && iuaClaims(subjectOf(found), use.iua, use.fhirBase);
  if (claims === undefined && iua === undefined) return activeAnswer(found, use);
  const extensions = { ...(iua === undefined ? {} : { ihe_iua: iua }), ...(claims === undefined ? {} : { ihe_pcf: claims }) };
  return { ...activeAnswer(found, use), extensions };
}

function subjectOf({ person, human, client, purposes, patient }: ResolvedToken): IuaSubject {
  return { name: person?.name ?? human?.name, roles: person?.roles ?? client.roles, purposes, patient };
}

function activeAnswer(token: ResolvedToken, use: IntrospectionDependencies): object {
  return {
    active: true,
    scope: token.scope,
    client_id: token.client.id,
    exp: Math.floor(token.expiresAt / 1000),
    token_type: token.binding?.kind === 'dpop' ? 'DPoP' : 'Bearer',
    ...confirmation(token),
    ...signIn(token),
    aud: token.audience,
    iss: use.issuer,
    ...(token.person === undefined ? { sub: token.client.id } : { sub: token.person.id }),
    ...(token.person?.fhirUser === undefined ? {} : { fhirUser: `${use.fhirBase}/${token.person.fhirUser}` }),
    ...launchParameters(token, use.issuer),
    ...(token.purposes.length === 0 ? {} : { purpose_of_use: token.purposes.map(({ system, code }) => `${system}#${code}`) }),
    roles: token.person?.roles ?? token.client.roles,
  };
}

/** RFC 9470 §6.2. */
function signIn({ signIn: done }: ResolvedToken): object {
  return done === undefined ? {} : { acr: done.acr, amr: done.amr, auth_time: Math.floor(done.at / 1000) };
}

/** RFC 9449 §6.2, RFC 8705 §3.2: which key a resource server must see proof of. */
function confirmation({ binding }: ResolvedToken): object {
  switch (binding?.kind) {
    case undefined:
      return {};
    case 'dpop':
      return { cnf: { jkt: binding.thumbprint } };
    case 'certificate':
      return { cnf: { 'x5t#S256': binding.thumbprint } };
  }
}

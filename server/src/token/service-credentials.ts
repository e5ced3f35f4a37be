/**
 * What a service may show instead of an access token, each alone sufficient (R-021): an API key, its certificate, or a JWT that it signed itself.
 * INVARIANT: such a credential opens only the types of the business and anonymous categories, whatever the client is registered for: patients' data takes
 * a token. And only where it is registered for this client.
 */
import { createHash } from 'node:crypto';
import { type FhirTables, parseScopes } from '@fireguard/engine';
import { decodeJwt, importJWK, type JWK, jwtVerify } from 'jose';
import { type Kysely, sql } from 'kysely';
import type { Client } from '../storage/clients.ts';
import { clientById } from '../storage/clients.ts';
import type { Database } from '../storage/schema.ts';
import { hasSubject } from './certificate-subject.ts';
import type { ClientKeySets } from './client-key-sets.ts';
import type { UsedOnce } from './dpop-proof.ts';
import type { ResolvedToken } from './resolved-token.ts';
import { publicTokenId, tokenHash } from './token-hash.ts';

export interface ServiceCredentials {
  byApiKey(key: string): Promise<ResolvedToken | undefined>;
  byCertificate(certificate: ShownCertificate): Promise<ResolvedToken | undefined>;
  bySignedJwt(jwt: string): Promise<ResolvedToken | undefined>;
}

export interface ShownCertificate {
  readonly thumbprint: string;
  readonly subject: string;
  readonly trusted: boolean;
}

export interface ServiceCredentialDependencies {
  readonly db: Kysely<Database>;
  readonly keySets: ClientKeySets;
  readonly tables: FhirTables;
  readonly issuer: string;
  readonly fhirBase: string;
  readonly once: UsedOnce;
  readonly now: () => number;
}

const LONGEST_SECONDS = 300;
const SKEW_SECONDS = 30;

export function createServiceCredentials(use: ServiceCredentialDependencies): ServiceCredentials {
  const asToken = (client: Client, id: string, expiresAt: number): ResolvedToken | undefined =>
    client.disabled || client.kind !== 'backend'
      ? undefined
      : Object.freeze({
          id,
          issuer: use.issuer,
          audience: use.fhirBase,
          scope: businessScope(client.scope, use.tables),
          expiresAt,
          client: Object.freeze({
            id: client.id,
            name: client.name,
            roles: Object.freeze(client.roles),
            ...(client.fhir_identity === null ? {} : { identity: client.fhir_identity }),
          }),
          person: undefined,
          patient: undefined,
          encounter: undefined,
          more: undefined,
          binding: undefined,
          signIn: undefined,
          purposes: Object.freeze([]),
        });
  /** One request long: what the credential says is looked up again for the next. */
  const soon = () => use.now() + 60_000;

  return {
    async byApiKey(key) {
      const row = await use.db
        .selectFrom('api_key')
        .select(['client_id', 'expires_at'])
        .where('id_hash', '=', tokenHash(key))
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst();
      const client = row === undefined ? undefined : await clientById(use.db, row.client_id);
      return row === undefined || client === undefined
        ? undefined
        : asToken(client, publicTokenId(key), row.expires_at.getTime());
    },
    async byCertificate(certificate) {
      const clients = await use.db
        .selectFrom('client')
        .selectAll()
        .where('kind', '=', 'backend')
        .where(sql<boolean>`protocol -> 'direct' ? 'certificate'`)
        .execute();
      const mine = clients.filter((client) => isOf(client, certificate));
      // Two clients with one certificate: nobody knows which it is.
      const [client] = mine;
      return client === undefined || mine.length !== 1
        ? undefined
        : asToken(client, certificate.thumbprint.slice(0, 16), soon());
    },
    async bySignedJwt(jwt) {
      const client = await signer(use, jwt);
      return client === undefined ? undefined : asToken(client, publicTokenId(jwt), soon());
    },
  };
}

function isOf({ protocol, jwks }: Client, certificate: ShownCertificate): boolean {
  switch (protocol.mutualTls?.kind) {
    case undefined:
      return false;
    case 'authority':
      return certificate.trusted && hasSubject(certificate.subject, protocol.mutualTls.subject);
    case 'self-signed':
      return (jwks?.keys ?? []).some((key) => thumbprintOf(key as JWK) === certificate.thumbprint);
  }
}

function thumbprintOf({ x5c }: JWK): string | undefined {
  const [leaf] = x5c ?? [];
  return leaf === undefined ? undefined : createHash('sha256').update(Buffer.from(leaf, 'base64')).digest('base64url');
}

/** A JWT as RFC 7523 §3 has it, with our FHIR base as its audience: `iss` = `sub` = the client, five minutes at most, used once. */
async function signer(use: ServiceCredentialDependencies, jwt: string): Promise<Client | undefined> {
  let named: string | undefined;
  try {
    named = decodeJwt(jwt).sub;
  } catch {
    return undefined;
  }
  const client = named === undefined ? undefined : await clientById(use.db, named);
  if (client === undefined || client.disabled || client.protocol.direct?.includes('signed-jwt') !== true) return undefined;
  const key = async (header: { readonly alg?: string; readonly kid?: string }) => {
    const all =
      client.jwks_uri === null
        ? (client.jwks?.keys as readonly JWK[] | undefined)
        : await use.keySets.keys(client.jwks_uri, header.kid);
    const kty = header.alg?.startsWith('RS') === true ? 'RSA' : 'EC';
    const fit = (all ?? []).filter((one) => one.kid === header.kid && one.kty === kty);
    if (header.kid === undefined || fit.length !== 1) throw new Error('kid names not exactly one key');
    return importJWK(fit[0]!, header.alg);
  };
  const verified = await jwtVerify(jwt, key, {
    algorithms: ['RS384', 'ES384'],
    issuer: client.id,
    subject: client.id,
    requiredClaims: ['exp', 'jti'],
    currentDate: new Date(use.now()),
    clockTolerance: SKEW_SECONDS,
  }).catch(() => undefined);
  const { aud, exp, jti } = verified?.payload ?? {};
  const now = use.now() / 1000;
  if (aud !== use.fhirBase || exp === undefined || exp > now + LONGEST_SECONDS + SKEW_SECONDS) return undefined;
  if (typeof jti !== 'string' || jti === '' || jti.length > 200) return undefined;
  return (await use.once(`jwt ${client.id} ${jti}`, new Date((exp + 2 * SKEW_SECONDS) * 1000))) ? client : undefined;
}

/** What remains of the registered scope when only business and anonymous types are left; `*` becomes their list. */
export function businessScope(registered: string, tables: FhirTables): string {
  const open = [...tables.types.values()].filter(({ category }) => category === 'business' || category === 'anonymous');
  const names = new Set(open.map(({ name }) => name));
  return parseScopes(registered)
    .flatMap((scope) => {
      if (scope.kind !== 'resource' || scope.context !== 'system') return [];
      if (scope.type !== '*') return names.has(scope.type) ? [scope.text] : [];
      return scope.parameters.length > 0 ? [] : [...names].map((name) => `system/${name}.${scope.actions}`);
    })
    .join(' ');
}

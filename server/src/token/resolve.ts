/**
 * What a bearer token means: one query over the tables that the authorization server writes, and a bounded cache above it.
 * INVARIANT: a cached meaning is used only while this node holds its lease, and every change of a token, person or client drops what it made;
 * a read that was under way when a change came in is answered but not kept.
 */
import { normalisePurpose, Problem, purposeSystem } from '@fireguard/engine';
import { type Kysely, sql } from 'kysely';
import type { Change, Cluster } from '../storage/cluster.ts';
import { NextRuns } from '../storage/next-runs.ts';
import type { Database, LaunchMore } from '../storage/schema.ts';
import type { ResolvedToken, TokenResolver } from './resolved-token.ts';
import { tokenHash } from './token-hash.ts';

export interface TokenResolverDependencies {
  readonly db: Kysely<Database>;
  readonly cluster: Cluster;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Meanings kept at most. */
  readonly capacity?: number;
}

interface Kept {
  readonly token: ResolvedToken;
  readonly grantId: string | undefined;
}

/** Who may be told of a change: `id` of a `token` change is the token's hash, or `grant:` and the grant's id for all tokens of a grant. */
export function createTokenResolver(use: TokenResolverDependencies): TokenResolver {
  const now = use.now ?? Date.now;
  const capacity = use.capacity ?? 20_000;
  const cache = new Map<string, Kept>();
  const runs = new NextRuns<Kept | undefined>();
  let generation = 0;

  use.cluster.onChange((change) => {
    if (change.kind !== 'token' && change.kind !== 'person' && change.kind !== 'client') return;
    generation += 1;
    if (change.id === '*') return cache.clear();
    if (change.kind === 'token' && !change.id.startsWith('grant:')) return void cache.delete(change.id);
    for (const [hash, kept] of cache) if (concerns(change, kept)) cache.delete(hash);
  });

  return {
    async resolve(token) {
      const hash = tokenHash(token);
      const found = peek(hash) ?? (await runs.run(hash, () => lookUp(hash)));
      if (found === undefined) return undefined;
      if (found.token.expiresAt > now()) return found.token;
      cache.delete(hash);
      return undefined;
    },
  };

  /** Trust is asked first: it applies what was heard. */
  function peek(hash: string): Kept | undefined {
    return use.cluster.trusted() ? cache.get(hash) : undefined;
  }

  async function lookUp(hash: string): Promise<Kept | undefined> {
    // The run before this one may have found it.
    const kept = peek(hash);
    if (kept !== undefined) return kept;
    const before = generation;
    const found = await read(use, hash).catch((cause: unknown) => {
      throw new Problem('storage-unavailable', 'Tokens cannot be checked at the moment.', { cause });
    });
    if (found !== undefined && found.token.expiresAt > now() && use.cluster.trusted() && before === generation) {
      // Oldest first out: a Map keeps the order of insertion.
      if (cache.size >= capacity) cache.delete(cache.keys().next().value ?? '');
      cache.set(hash, found);
    }
    return found;
  }
}

function concerns(change: Change, kept: Kept): boolean {
  switch (change.kind) {
    case 'token':
      return change.id === `grant:${kept.grantId}`;
    case 'person':
      return change.id === kept.token.person?.id;
    default:
      return change.id === kept.token.client.id;
  }
}

async function read(use: TokenResolverDependencies, hash: string): Promise<Kept | undefined> {
  const row = await use.db
    .selectFrom('oidc_payload as token')
    .innerJoin('client', (join) =>
      join.on(sql<boolean>`client.id = token.payload->>'clientId'`).on('client.disabled', '=', false),
    )
    .leftJoin('person', (join) => join.on(sql<boolean>`person.id = token.payload->>'accountId'`))
    .leftJoin('launch_context as launch', 'launch.grant_id', 'token.grant_id')
    .select([
      'token.kind',
      'token.payload',
      'token.grant_id',
      'client.id as client_id',
      'client.name as client_name',
      'client.roles as client_roles',
      'client.fhir_identity',
      'person.id as person_id',
      'person.name as person_name',
      'person.roles as person_roles',
      'person.fhir_user',
      'person.disabled as person_disabled',
      'launch.patient',
      'launch.encounter',
      'launch.more',
    ])
    .where('token.kind', 'in', ['AccessToken', 'ClientCredentials'])
    .where('token.id_hash', '=', hash)
    // INVARIANT: a person's token lives no longer than its grant. One that was being issued while the grant was revoked is dead on arrival.
    .where(
      sql<boolean>`(token.kind = 'ClientCredentials' OR EXISTS (SELECT FROM oidc_payload g WHERE g.kind = 'Grant'
        AND g.id_hash = encode(sha256(convert_to(token.grant_id, 'UTF8')), 'hex') AND g.expires_at > now()))`,
    )
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { scope, aud, exp } = row.payload;
  // INVARIANT: a token without an audience, an end, or (for a person's) a living person means nothing.
  if (typeof aud !== 'string' || typeof exp !== 'number') return undefined;
  if (row.kind === 'AccessToken' && (row.person_id === null || row.person_disabled !== false)) return undefined;
  return {
    grantId: row.grant_id ?? undefined,
    token: Object.freeze({
      id: hash.slice(0, 16),
      issuer: use.issuer,
      audience: aud,
      scope: typeof scope === 'string' ? scope : '',
      expiresAt: exp * 1000,
      client: Object.freeze({
        id: row.client_id,
        name: row.client_name,
        roles: Object.freeze(row.client_roles),
        ...(row.fhir_identity === null ? {} : { identity: row.fhir_identity }),
      }),
      person:
        row.kind !== 'AccessToken' || row.person_id === null
          ? undefined
          : Object.freeze({
              id: row.person_id,
              name: row.person_name ?? '',
              roles: Object.freeze(row.person_roles ?? []),
              fhirUser: row.fhir_user ?? undefined,
            }),
      patient: row.patient ?? undefined,
      encounter: row.encounter ?? undefined,
      more: row.more !== null && Object.keys(row.more).length > 0 ? Object.freeze(row.more) : undefined,
      binding: bindingOf(row.payload),
      signIn: row.kind === 'AccessToken' ? signInOf(row.payload) : undefined,
      purposes: purposesOf(row.more, row.payload),
      ...(row.more?.withheld === undefined ? {} : { withheld: withheldOf(row.more.withheld) }),
      ...(row.more?.glass === undefined ? {} : { glass: row.more.glass }),
      ...(row.kind === 'ClientCredentials' ? declaredOf(row.payload) : {}),
    }),
  };
}

/** INVARIANT: a token that was bound to a key is never read as a bearer token. */
function bindingOf(payload: Readonly<Record<string, unknown>>): ResolvedToken['binding'] {
  const { jkt, 'x5t#S256': certificate } = payload;
  if (jkt !== undefined) return Object.freeze({ kind: 'dpop', thumbprint: String(jkt) });
  return certificate === undefined ? undefined : Object.freeze({ kind: 'certificate', thumbprint: String(certificate) });
}

/** Of a person's grant, or of a service's token; both were checked when they were written. */
function purposesOf(more: LaunchMore | null, payload: Readonly<Record<string, unknown>>): ResolvedToken['purposes'] {
  const { purpose_of_use: own } = (payload['extra'] ?? {}) as { readonly purpose_of_use?: unknown };
  const named = more?.purposes ?? (Array.isArray(own) ? own.map(String) : []);
  return Object.freeze(
    named.flatMap((one) => normalisePurpose(/[|#]/.test(one) ? one : { system: purposeSystem, code: one }) ?? []),
  );
}

const V3_ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

function withheldOf(codes: readonly string[]): readonly { readonly system: string; readonly code: string }[] {
  return Object.freeze(codes.map((code) => Object.freeze({ system: V3_ACT_CODE, code })));
}

/** What a service declared with its token request. */
function declaredOf({ extra }: Readonly<Record<string, unknown>>): Pick<ResolvedToken, 'glass' | 'human'> {
  const { glass, human } = (extra ?? {}) as { readonly glass?: unknown; readonly human?: ResolvedToken['human'] };
  return typeof glass !== 'string' || human === undefined ? {} : { glass, human: Object.freeze(human) };
}

function signInOf(payload: Readonly<Record<string, unknown>>): ResolvedToken['signIn'] {
  const { acr, amr, auth_time: at } = (payload['extra'] ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof acr !== 'string' || typeof at !== 'number') return undefined;
  const means = Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [];
  return Object.freeze({ acr, amr: Object.freeze(means), at: at * 1000 });
}

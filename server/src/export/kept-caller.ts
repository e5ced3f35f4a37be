/**
 * Who an export runs for, as it is kept between the steps, and who that is now. INVARIANT: a client or person that is disabled or gone, a grant that was
 * withdrawn, a token that was revoked while it lived: nobody, and the export ends. Roles are those of the moment, never those of the kick-off.
 */
import { type Caller, type Coding, parseScopes } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { clientById } from '../storage/clients.ts';
import { isGrantAlive, type LiveToken, liveToken } from '../storage/live-tokens.ts';
import { personById } from '../storage/people.ts';
import type { Database } from '../storage/schema.ts';

export interface KeptCaller {
  readonly client: string;
  readonly person: string | undefined;
  readonly scopes: string;
  readonly patient: string | undefined;
  readonly purposes: readonly Coding[];
  readonly address: string;
  readonly signIn: Caller['signIn'];
  /** What the person kept back from the app. */
  readonly withheld?: Caller['withheld'];
  /** The highest confidentiality that was asked for. */
  readonly ceiling?: number;
  /** Why they ask. */
  readonly rationale?: string;
  readonly token: { readonly id: string; readonly issuer: string; readonly expiresAt: number };
  readonly stored: LiveToken;
}

/**
 * Undefined for a caller without an access token of ours (nothing would end an export that runs on another credential), and for a service that names a human in an
 * emergency. A broken glass is not kept: it is for one patient and a short time.
 */
export async function keptCaller(caller: Caller, db: Kysely<Database>): Promise<KeptCaller | undefined> {
  const { client, user, token, scopes, patient, purposes, address, signIn } = caller;
  if (client === undefined || token === undefined || caller.kind === 'anonymous') return undefined;
  if (caller.kind === 'system' && user !== undefined) return undefined;
  const stored = await liveToken(db, token.id, client.id);
  if (stored === undefined) return undefined;
  const { id, issuer, expiresAt } = token;
  return {
    client: client.id,
    person: user?.id,
    scopes: scopes.map(({ text }) => text).join(' '),
    patient,
    purposes,
    address,
    signIn,
    ...(caller.withheld === undefined ? {} : { withheld: caller.withheld }),
    ...(caller.ceiling === undefined ? {} : { ceiling: caller.ceiling }),
    ...(caller.rationale === undefined ? {} : { rationale: caller.rationale }),
    token: { id, issuer, expiresAt },
    stored,
  };
}

/** Undefined: nobody any more. `now` in milliseconds since the epoch. */
export async function callerNow(
  kept: KeptCaller,
  { db, identities }: { readonly db: Kysely<Database>; readonly identities: boolean },
  now: number,
): Promise<Caller | undefined> {
  const client = await clientById(db, kept.client);
  if (client === undefined || client.disabled) return undefined;
  const person = kept.person === undefined ? undefined : await personById(db, kept.person);
  if (kept.person !== undefined && (person === undefined || person.disabled)) return undefined;
  if (kept.stored.grant !== undefined && !(await isGrantAlive(db, kept.stored.grant))) return undefined;
  // Past its end a token is swept away, so that its absence says nothing any more.
  if (kept.token.expiresAt > now && (await liveToken(db, kept.token.id, kept.client)) === undefined) return undefined;
  const { id, issuer } = kept.token;
  return Object.freeze<Caller>({
    kind: person === undefined ? 'system' : 'user',
    client: {
      id: client.id,
      name: client.name,
      ...(identities && person === undefined && client.fhir_identity !== null ? { identity: client.fhir_identity } : {}),
    },
    user:
      person === undefined
        ? undefined
        : { id: person.id, name: person.name, fhirUser: (identities ? person.fhir_user : undefined) ?? undefined },
    roles: person === undefined ? client.roles : person.roles,
    scopes: parseScopes(kept.scopes),
    patient: kept.patient,
    purposes: kept.purposes,
    // The work outlives the token that began it; what it may do ends with client, person and grant.
    token: { id, issuer, expiresAt: Number.MAX_SAFE_INTEGER },
    address: kept.address,
    ...(kept.signIn === undefined ? {} : { signIn: kept.signIn }),
    ...(kept.withheld === undefined ? {} : { withheld: kept.withheld }),
    ...(kept.ceiling === undefined ? {} : { ceiling: kept.ceiling }),
    ...(kept.rationale === undefined ? {} : { rationale: kept.rationale }),
  });
}

/** Whose an export is: nobody else may see it. JSON, so that no value can run into its neighbour. */
export function bindingOf({ kind, client, user, patient }: Caller): string {
  return JSON.stringify([kind, client?.id ?? null, user?.id ?? null, patient ?? null]);
}

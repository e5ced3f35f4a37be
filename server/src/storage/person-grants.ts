/** What apps hold in a person's name: grants that something living stands on. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

export interface PersonGrant {
  readonly id: string;
  readonly clientId: string;
  readonly clientName: string;
  /** Bare id. */
  readonly patient: string | null;
  /** The FHIR base (or other server) that it is for. */
  readonly audience: string | null;
  readonly allowedAt: Date;
  /** Space-delimited, as granted. */
  readonly scope: string;
  /** When its newest token was issued. */
  readonly lastUsed: Date | null;
  /** Until when it can go on by itself; null: not without its person. */
  readonly connectedUntil: Date | null;
  /** When the last JWT ends that was issued for another server; it cannot be called back. Null: none lives. */
  readonly passUntil: Date | null;
}

/** The one used last comes first. */
export async function grantsOfPerson(db: Kysely<Database>, personId: string): Promise<readonly PersonGrant[]> {
  const { rows } = await sql<Row>`
    SELECT context.grant_id, context.patient, context.created_at, client.id AS client_id, client.name,
      (SELECT min(audience) FROM jsonb_object_keys(coalesce(granted.payload -> 'resources', '{}')) AS audience) AS audience, held.scope, held.last_used, held.until, held.pass
    FROM launch_context context
    JOIN client ON client.id = context.client_id AND NOT client.disabled
    JOIN oidc_payload granted ON granted.kind = 'Grant' AND granted.expires_at > now()
      AND granted.id_hash = encode(sha256(convert_to(context.grant_id, 'UTF8')), 'hex')
    JOIN LATERAL (
      SELECT max(to_timestamp((token.payload->>'iat')::bigint)) AS last_used,
        max(token.expires_at) FILTER (WHERE token.kind = 'RefreshToken' AND token.payload->>'scope' ~ '(^| )offline_access( |$)') AS until,
        max(token.expires_at) FILTER (WHERE token.kind = 'IssuedJwt') AS pass,
        coalesce(max(token.payload->>'scope') FILTER (WHERE token.kind = 'RefreshToken'), max(token.payload->>'scope')) AS scope, count(*) AS living
      FROM oidc_payload token
      WHERE token.grant_id = context.grant_id AND token.kind IN ('AccessToken', 'RefreshToken', 'IssuedJwt') AND token.expires_at > now()
        AND token.consumed_at IS NULL
    ) held ON held.living > 0
    WHERE context.person_id = ${personId}
    ORDER BY held.last_used DESC, context.grant_id`.execute(db);
  return rows.map((row) => ({
    id: row.grant_id,
    clientId: row.client_id,
    clientName: row.name,
    patient: row.patient,
    audience: row.audience,
    allowedAt: row.created_at,
    scope: row.scope ?? '',
    lastUsed: row.last_used,
    connectedUntil: row.until,
    passUntil: row.pass,
  }));
}

/** What goes on by itself goes on under another grant, with another scope; what else the old one has issued stays with it, to end with it. */
export async function moveGrant(
  db: Kysely<Database>,
  move: { readonly from: string; readonly to: string; readonly scope: string },
): Promise<void> {
  const { from, to, scope } = move;
  await db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('oidc_payload')
      .set({
        grant_id: to,
        payload: sql<string>`payload || jsonb_build_object('scope', ${scope}::text, 'grantId', ${to}::text)`,
      })
      .where('grant_id', '=', from)
      .where('kind', '=', 'RefreshToken')
      .where('consumed_at', 'is', null)
      .execute();
    await transaction.updateTable('launch_context').set({ grant_id: to }).where('grant_id', '=', from).execute();
  });
}

interface Row {
  readonly grant_id: string;
  readonly patient: string | null;
  readonly audience: string | null;
  readonly created_at: Date;
  readonly client_id: string;
  readonly name: string;
  readonly scope: string | null;
  readonly last_used: Date | null;
  readonly until: Date | null;
  readonly pass: Date | null;
}

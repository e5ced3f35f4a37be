/** The first tables. Grants are part of a table's making: what is not granted here, the runtime role cannot do. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE person (
    id text PRIMARY KEY, username text NOT NULL UNIQUE, name text NOT NULL, password_hash text NOT NULL, roles text[] NOT NULL DEFAULT '{}',
    fhir_user text, disabled boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE client (
    id text PRIMARY KEY, name text NOT NULL, kind text NOT NULL CHECK (kind IN ('public', 'symmetric', 'asymmetric', 'backend')),
    secret_hash text, jwks jsonb, jwks_uri text, redirect_uris text[] NOT NULL DEFAULT '{}', scope text NOT NULL, roles text[] NOT NULL DEFAULT '{}',
    disabled boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE oidc_payload (
    kind text NOT NULL, id_hash text NOT NULL, payload jsonb NOT NULL, grant_id text, user_code text, uid text,
    expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (kind, id_hash))`,
  'CREATE INDEX oidc_payload_grant ON oidc_payload (grant_id) WHERE grant_id IS NOT NULL',
  'CREATE INDEX oidc_payload_uid ON oidc_payload (uid) WHERE uid IS NOT NULL',
  'CREATE INDEX oidc_payload_user_code ON oidc_payload (user_code) WHERE user_code IS NOT NULL',
  'CREATE INDEX oidc_payload_expiry ON oidc_payload (expires_at) WHERE expires_at IS NOT NULL',
  `CREATE INDEX oidc_payload_account ON oidc_payload ((payload ->> 'accountId'))`,
  `CREATE INDEX oidc_payload_client ON oidc_payload ((payload ->> 'clientId'))`,
  `CREATE TABLE launch_context (
    grant_id text PRIMARY KEY, person_id text, client_id text NOT NULL, patient text, encounter text, created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE relation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id text NOT NULL, patient text NOT NULL, relation text NOT NULL,
    UNIQUE (person_id, patient, relation))`,
  `CREATE TABLE key (
    id text PRIMARY KEY, purpose text NOT NULL CHECK (purpose IN ('token-signing', 'cookie', 'cursor')), jwk jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now())`,
  'CREATE TABLE node (id text PRIMARY KEY, lease_until timestamptz NOT NULL, fenced boolean NOT NULL DEFAULT false)',
  `CREATE TABLE journal_position (
    node text PRIMARY KEY, segment text NOT NULL, line_end bigint NOT NULL, sequence bigint NOT NULL, hash text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now())`,
  // No unique key over the whole: a partitioned table's must hold the partition key. `id` comes from the record, so (id, recorded) repeats exactly.
  `CREATE TABLE audit_event (
    id text NOT NULL, record_id text NOT NULL, node text NOT NULL, sequence bigint NOT NULL, hash text NOT NULL, recorded timestamptz NOT NULL,
    kind text NOT NULL, outcome text NOT NULL, action text NOT NULL, resource_type text, patient text, person_id text, client_id text,
    record jsonb NOT NULL, event jsonb NOT NULL, PRIMARY KEY (id, recorded)) PARTITION BY RANGE (recorded)`,
  'CREATE INDEX audit_event_recorded ON audit_event (recorded DESC, id DESC)',
  'CREATE INDEX audit_event_patient ON audit_event (patient, recorded DESC, id DESC)',
  'CREATE INDEX audit_event_person ON audit_event (person_id, recorded DESC, id DESC)',
  'CREATE INDEX audit_event_client ON audit_event (client_id, recorded DESC, id DESC)',
  'CREATE INDEX audit_event_record ON audit_event (record_id)',
  // Finds everything of one X-Request-Id.
  `CREATE INDEX audit_event_request ON audit_event ((record ->> 'requestId'))`,
  // Catches what no month is there for yet, so that no record is ever refused.
  'CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON person, client, oidc_payload, launch_context, relation, node TO fireguard_runtime',
  'GRANT SELECT, INSERT ON key TO fireguard_runtime',
  'GRANT SELECT, INSERT, UPDATE ON journal_position TO fireguard_runtime',
  // INVARIANT: the audit trail can be read and added to, never changed or emptied, by whoever serves requests.
  'GRANT SELECT, INSERT ON audit_event TO fireguard_runtime',
];

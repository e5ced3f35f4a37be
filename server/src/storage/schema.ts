/** The tables, as Kysely sees them. Who owns which: one file per table family beside this one. Times are timestamptz, ids text. */
import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;

/** People who sign in. */
export interface PersonTable {
  id: string;
  username: string;
  name: string;
  /** PHC string, `$argon2id$…`. */
  password_hash: string;
  roles: string[];
  /** `Practitioner/123`; one person, at most one resource. */
  fhir_user: string | null;
  disabled: boolean;
  created_at: CreatedAt;
}

/** OAuth clients. */
export interface ClientTable {
  id: string;
  name: string;
  kind: 'public' | 'symmetric' | 'asymmetric' | 'backend';
  /** SHA-256 of a 256-bit random secret, hex; null for kinds without one. */
  secret_hash: string | null;
  /** Public keys only. */
  jwks: ColumnType<{ keys: object[] } | null, string | null, string | null>;
  jwks_uri: string | null;
  redirect_uris: string[];
  /** Space-delimited scopes it may ask for. */
  scope: string;
  /** Roles of a backend service. */
  roles: string[];
  /** The FHIR resource that a backend service is, as `Device/123`; set by administrators alone. */
  fhir_identity: ColumnType<string | null, string | null | undefined, string | null>;
  disabled: boolean;
  /** What it registered beyond its kind. */
  protocol: ColumnType<ClientProtocol, string | undefined, string>;
  /** SHA-256 of the token that may read and change its registration (RFC 7592). */
  registration_hash: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: CreatedAt;
}

/** What a client registered beyond its kind; what is absent is the kind's own way. */
export interface ClientProtocol {
  /** The secret also in the body (`client_secret_post`), of a symmetric client. */
  readonly secretInBody?: true;
  /** RFC 8705: proves who it is by its certificate instead of a signed assertion. */
  readonly mutualTls?: { readonly kind: 'self-signed' } | { readonly kind: 'authority'; readonly subject: string };
  /** RFC 9449: every token is bound to a key. */
  readonly dpopBound?: true;
  /** RFC 8705 §3: every token is bound to the client's certificate. */
  readonly certificateBound?: true;
  /** FAPI 2.0 Security Profile: PAR, bound tokens, no secret. */
  readonly fapi?: true;
  /** what it may show at the FHIR API instead of an access token, for business data only. */
  readonly direct?: readonly ('certificate' | 'signed-jwt')[];
  readonly idTokenAlg?: 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
  readonly backChannelLogoutUri?: string;
  readonly postLogoutRedirectUris?: readonly string[];
  /** RFC 8693: audiences for which it may exchange tokens; the FHIR base always. */
  readonly tokenExchange?: true;
  /** RFC 9068: audiences (besides the FHIR base) for which it gets JWTs. */
  readonly jwtAudiences?: readonly string[];
}

/** Everything that oidc-provider persists, by kind; ids are SHA-256 hashes, so that a database leak is not a token leak. */
export interface OidcPayloadTable {
  kind: string;
  id_hash: string;
  payload: ColumnType<Record<string, unknown>, string, string>;
  grant_id: string | null;
  user_code: string | null;
  uid: string | null;
  expires_at: Timestamp | null;
  consumed_at: Timestamp | null;
}

/** What an EHR launch says beside patient and encounter (SMART App Launch 2.2, §Launch context). */
export interface LaunchMore {
  readonly fhirContext?: readonly Readonly<Record<string, unknown>>[];
  readonly intent?: string;
  readonly needPatientBanner?: boolean;
  readonly smartStyleUrl?: string;
  readonly tenant?: string;
  /** Codes of v3-ActReason, as asked for and agreed to. */
  readonly purposes?: readonly string[];
  /** The broken glass for which it is. */
  readonly glass?: string;
  /** Sensitivities of v3-ActCode that the person kept back. */
  readonly withheld?: readonly string[];
}

/** A launch that an EHR prepared and nobody has used. */
export interface LaunchTable {
  id_hash: string;
  client_id: string;
  person_id: string;
  patient: string | null;
  encounter: string | null;
  more: ColumnType<LaunchMore, string, never>;
  expires_at: Timestamp;
  created_at: CreatedAt;
}

/** Initial access tokens (RFC 7591 §3). */
export interface RegistrationTokenTable {
  id_hash: string;
  /** For whom it was made. */
  note: string;
  /** The most that a client registered with it may ask for. */
  scope: string;
  uses_left: number;
  expires_at: Timestamp;
  created_at: CreatedAt;
}

/** API keys of services. */
export interface ApiKeyTable {
  id_hash: string;
  client_id: string;
  expires_at: Timestamp;
  created_at: CreatedAt;
}

/** SMART launch context of a grant: what the token response, refresh and introspection repeat. */
export interface LaunchContextTable {
  grant_id: string;
  person_id: string | null;
  client_id: string;
  patient: string | null;
  encounter: string | null;
  more: ColumnType<LaunchMore, string | undefined, string>;
  created_at: CreatedAt;
}

/** Fireguard's own facts: relations that the FHIR server does not know. */
export interface RelationTable {
  id: Generated<number>;
  person_id: string;
  patient: string;
  relation: string;
}

/** What a person proves themselves with beyond the password. */
export interface FactorTable {
  id: string;
  person_id: string;
  kind: 'totp' | 'passkey' | 'recovery';
  /** As the person called it. */
  name: string;
  /** Passkeys: base64url. */
  credential_id: string | null;
  /** TOTP: the shared secret, sealed. Passkey: its public key (COSE, base64url). Recovery code: SHA-256 of 80 random bits, hex. */
  secret: string;
  /** TOTP: the last time step used. Passkey: its signature counter. bigint: `pg` gives it as text. */
  counter: ColumnType<string, string | number | undefined, string | number>;
  transports: Generated<string[]>;
  created_at: CreatedAt;
  last_used_at: Timestamp | null;
}

/** Failed tries to sign in. */
export interface SignInCountTable {
  key: string;
  /** Of the name that was tried; null where there was none. */
  name_key: ColumnType<string | null, string | null | undefined, string | null>;
  failures: number;
  wait_until: Timestamp;
  seen: Timestamp;
}

/** Who a person is at another OpenID provider. */
export interface ExternalIdentityTable {
  issuer: string;
  subject: string;
  person_id: string;
  created_at: CreatedAt;
}

/** Signing keys, cookie keys, cursor keys, keys that seal second factors. */
export interface KeyTable {
  id: string;
  purpose: 'token-signing' | 'cookie' | 'cursor' | 'factor' | 'dpop' | 'webhook' | 'pseudonym';
  jwk: ColumnType<Record<string, unknown>, string, string>;
  /** When a newer key took over; still published until what it signed has lapsed. */
  retired_at: ColumnType<Date | null, never, Date | string>;
  created_at: CreatedAt;
}

/** One row per live node; `lease_until` (the database's clock) moves ahead while it lives (architecture §11). */
export interface NodeTable {
  /** The node's name and a random part per start: `gateway-1/3f9c…`. */
  id: string;
  lease_until: Timestamp;
  /** Set by a node that could not get its confirmation: the lease is not renewed any more, its holder must begin anew. */
  fenced: Generated<boolean>;
}

/** How far a node's audit journal has been copied into `audit_record`. */
export interface JournalPositionTable {
  node: string;
  /** File name of the segment. */
  segment: string;
  /** Bytes of that segment that are copied. */
  line_end: ColumnType<string, string | number, string | number>;
  sequence: ColumnType<string, string | number, string | number>;
  hash: string;
  updated_at: Timestamp;
}

/** One row per journal record, partitioned by month of `recorded`. Append-only for the runtime role. */
export interface AuditRecordTable {
  record_id: string;
  node: string;
  /** Position in that node's chain (bigint: `pg` gives it as text). */
  sequence: ColumnType<string, string | number, never>;
  /** Chain hash of the journal record, hex. */
  hash: string;
  recorded: Timestamp;
  kind: string;
  outcome: string;
  action: string;
  resource_type: string | null;
  person_id: string | null;
  client_id: string | null;
  /** The journal record (`AuditRecord`). */
  record: ColumnType<Record<string, unknown>, string, never>;
}

/** Whose records a record touched: one row per patient, partitioned alike. */
export interface AuditPatientTable {
  /** Id. */
  patient: string;
  recorded: Timestamp;
  record_id: string;
  /** From 1, in the record's order, as the AuditEvents are numbered; 0 where there is one patient only. */
  place: number;
}

/** Who is told of audit events. */
export interface SubscriptionTable {
  id: string;
  client_id: string;
  /** As whom it is decided; JSON. */
  caller: ColumnType<object, string, never>;
  /** What the client was registered for when it subscribed. */
  client_scope: string;
  criteria: string;
  endpoint: string;
  content: 'empty' | 'id-only' | 'full-resource';
  reason: string;
  ends_at: ColumnType<Date | null, Date | null, never>;
  state: Generated<'requested' | 'active' | 'error' | 'off'>;
  /** What is wrong, for its client. */
  error: ColumnType<string | null, string | null | undefined, string | null>;
  /** Events told so far. */
  told: ColumnType<string, number | undefined, string | number>;
  created_at: CreatedAt;
}

/** A bulk export: for whom, what was asked, how far it is. */
export interface ExportJobTable {
  id: string;
  /** Our FHIR base that it was asked at. */
  base: string;
  client_id: string;
  /** Who may see it: client, person and patient, as one text. */
  binding: string;
  /** As `export/kept-caller.ts` writes it. */
  caller: ColumnType<Record<string, unknown>, string, never>;
  request: ColumnType<
    { readonly method: string; readonly target: string /** JSON text. */; readonly body?: string },
    string,
    never
  >;
  /** Fingerprint of the policies at the kick-off. */
  policies: string;
  state: 'running' | 'complete' | 'failed';
  failure: ColumnType<{ readonly code: string; readonly text: string } | null, never, string | null>;
  plan: ColumnType<Record<string, unknown> | null, never, string>;
  /** Parts of the plan that are done. */
  part: ColumnType<number, never, number>;
  /** Where the next step of this part begins. */
  place: ColumnType<string, never, string>;
  /** Number of resources found, by type. */
  found: ColumnType<Record<string, number>, never, never>;
  /** Failures since the last step that went well. */
  attempts: ColumnType<number, never, number>;
  not_before: ColumnType<Date, never, Date>;
  runner: ColumnType<string | null, never, string | null>;
  runner_until: ColumnType<Date | null, never, Date>;
  transaction_time: Timestamp;
  expires_at: Timestamp;
  created_at: CreatedAt;
}

/** A resource that an export found. */
export interface ExportResourceTable {
  job_id: string;
  type: string;
  id: string;
  file: number;
}

/** Consents that Fireguard keeps, every version. */
export interface ConsentTable {
  id: string;
  version: number;
  /** The bare id. */
  patient: string;
  /** JSON text; null = taken back. */
  resource: string | null;
  created_at: CreatedAt;
}

/** Somebody broke the glass, for one patient, for minutes. */
export interface BreakGlassTable {
  id: string;
  /** Null: somebody whom a service named, and who is no person here. */
  person_id: string | null;
  person_name: string;
  fhir_user: string | null;
  client_id: string | null;
  client_name: string | null;
  organization: string | null;
  /** Bare id; null until the first patient is opened, where the declaration named none. */
  patient: string | null;
  declared: 'page' | 'claim';
  reason_code: string;
  reason: string;
  address: string;
  opened_at: Timestamp;
  expires_at: Timestamp;
  ended_at: Timestamp | null;
  ended_by: string | null;
  due_at: Timestamp;
  outcome: 'justified' | 'asked' | 'not-justified' | null;
  decided_by: string | null;
  decided_at: Timestamp | null;
}

export interface BreakGlassNoteTable {
  id: Generated<string>;
  glass_id: string;
  at: CreatedAt;
  author: string;
  text: string;
}

export interface LookQuestionTable {
  id: string;
  /** Bare id. */
  patient: string;
  person_id: string;
  person_name: string;
  /** The audit record that it is about, and when it was recorded. */
  record_id: string;
  recorded: Timestamp;
  question: string;
  asked_at: Timestamp;
  answer: string | null;
  answered_by: string | null;
  answered_at: Timestamp | null;
}

export interface Database {
  look_question: LookQuestionTable;
  break_glass: BreakGlassTable;
  break_glass_note: BreakGlassNoteTable;
  consent: ConsentTable;
  subscription: SubscriptionTable;
  export_job: ExportJobTable;
  export_resource: ExportResourceTable;
  person: PersonTable;
  client: ClientTable;
  oidc_payload: OidcPayloadTable;
  launch_context: LaunchContextTable;
  factor: FactorTable;
  sign_in_count: SignInCountTable;
  external_identity: ExternalIdentityTable;
  launch: LaunchTable;
  registration_token: RegistrationTokenTable;
  api_key: ApiKeyTable;
  relation: RelationTable;
  key: KeyTable;
  node: NodeTable;
  journal_position: JournalPositionTable;
  audit_record: AuditRecordTable;
  audit_patient: AuditPatientTable;
}

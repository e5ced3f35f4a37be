/**
 * The audit trail as one row per record, and whose records it touched beside it: FHIR AuditEvents are made of a record when they are asked for, so
 * that the chain proves all that is kept, and a search that touched fifty patients is not written fifty times.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const { rows } = await sql<{ name: string; bounds: string }>`
    SELECT child.relname AS name, pg_get_expr(child.relpartbound, child.oid) AS bounds FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'audit_event'::regclass AND child.relname <> 'audit_event_default'`.execute(
    db,
  );
  for (const { name, bounds } of rows)
    for (const table of ['audit_record', 'audit_patient'])
      await sql.raw(`CREATE TABLE ${name.replace('audit_event', table)} PARTITION OF ${table} ${bounds}`).execute(db);
  for (const statement of moves) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE audit_record (
    record_id text NOT NULL, node text NOT NULL, sequence bigint NOT NULL, hash text NOT NULL, recorded timestamptz NOT NULL,
    kind text NOT NULL, outcome text NOT NULL, action text NOT NULL, resource_type text, person_id text, client_id text,
    record jsonb NOT NULL, PRIMARY KEY (record_id, recorded)) PARTITION BY RANGE (recorded)`,
  'CREATE INDEX audit_record_recorded ON audit_record (recorded DESC, record_id DESC)',
  'CREATE INDEX audit_record_person ON audit_record (person_id, recorded DESC, record_id DESC)',
  'CREATE INDEX audit_record_client ON audit_record (client_id, recorded DESC, record_id DESC)',
  // The order of the chain, in which the table is verified.
  'CREATE INDEX audit_record_sequence ON audit_record (node, sequence)',
  `CREATE INDEX audit_record_request ON audit_record ((record ->> 'requestId'))`,
  `CREATE INDEX audit_record_intent ON audit_record ((record ->> 'intent')) WHERE record ->> 'intent' IS NOT NULL`,
  // Things that are rare among much: found without reading what lies between.
  `CREATE INDEX audit_record_odd ON audit_record (outcome, recorded DESC, record_id DESC) WHERE outcome <> 'permit'`,
  `CREATE INDEX audit_record_kind ON audit_record (kind, recorded DESC, record_id DESC) WHERE kind <> 'request'`,
  // place: from 1, in the record's own order; 0 where there is one patient only.
  `CREATE TABLE audit_patient (
    patient text NOT NULL, recorded timestamptz NOT NULL, record_id text NOT NULL, place integer NOT NULL,
    PRIMARY KEY (patient, recorded, record_id)) PARTITION BY RANGE (recorded)`,
  'CREATE INDEX audit_patient_record ON audit_patient (record_id, recorded)',
  'CREATE TABLE audit_record_default PARTITION OF audit_record DEFAULT',
  'CREATE TABLE audit_patient_default PARTITION OF audit_patient DEFAULT',
  // INVARIANT: the audit trail can be read and added to, never changed or emptied, by whoever serves requests.
  'GRANT SELECT, INSERT ON audit_record, audit_patient TO fireguard_runtime',
];

const moves: readonly string[] = [
  `INSERT INTO audit_record SELECT DISTINCT ON (record_id, recorded) record_id, node, sequence, hash, recorded, kind, outcome, action,
    resource_type, person_id, client_id, record FROM audit_event`,
  `INSERT INTO audit_patient SELECT patient, recorded, record_id, CASE WHEN total = 1 THEN 0 ELSE place END FROM (
    SELECT DISTINCT ON (patient, recorded, record_id) found.patient, recorded, record_id, place, jsonb_array_length(record -> 'patients') AS total
    FROM audit_record, jsonb_array_elements_text(record -> 'patients') WITH ORDINALITY AS found (patient, place)
    ORDER BY patient, recorded, record_id, place) AS each`,
  'DROP TABLE audit_event',
];

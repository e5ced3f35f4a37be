/** A long audit trail, put into the tables by PostgreSQL itself: spread over the first six months of 2026 and a hundred thousand patients, of whom ten have one record in twenty. */
import type { asSuperuser } from '../server/src/storage/managed.ts';

export const trail = Object.freeze({
  /** Milliseconds since the epoch. */
  start: Date.UTC(2026, 0, 1),
  /** Milliseconds. */
  span: 181 * 86_400_000,
  patients: 100_000,
});

type Client = Parameters<Parameters<typeof asSuperuser>[2]>[0];

const chunk = 50_000;

/** `owner`: a connection of its own, since the server's give up after ten seconds. The months must be there. */
export async function fillTrail(owner: Client, events: number): Promise<void> {
  await owner.query('SET search_path TO fireguard');
  await owner.query('SET synchronous_commit = off');
  for (let from = 0; from < events; from += chunk) await fill(owner, from, Math.min(from + chunk, events), events);
  await owner.query('ANALYZE audit_record');
  await owner.query('ANALYZE audit_patient');
}

async function fill(owner: Client, from: number, to: number, events: number): Promise<void> {
  const { start, span, patients } = trail;
  await owner.query(`WITH made AS (
      SELECT n, md5('r' || n)::uuid::text AS id, to_timestamp(${start / 1_000}::float8 + (n::float8 / ${events}) * ${span / 1_000}) AS recorded,
        'p-' || CASE WHEN n % 20 = 0 THEN (n / 20) % 10 ELSE (n * 7919::bigint) % ${patients} END AS patient, 'u-' || n % 500 AS person
      FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n),
    touched AS (INSERT INTO audit_patient (patient, recorded, record_id, place) SELECT patient, recorded, id, 0 FROM made)
    INSERT INTO audit_record (record_id, node, sequence, hash, recorded, kind, outcome, action, resource_type, person_id, client_id, record)
    SELECT id, 'bench/1', n + 1, md5('h' || n) || md5('i' || n), recorded, 'request', CASE WHEN n % 30 = 0 THEN 'deny' ELSE 'permit' END, 'read', 'Observation',
      person, 'app', jsonb_build_object('id', id, 'kind', 'request', 'action', 'read', 'type', 'Observation', 'outcome', 'permit', 'status', 200, 'recorded',
        floor(extract(epoch FROM recorded) * 1000), 'patients', jsonb_build_array(patient), 'resources', jsonb_build_array('Observation/o-' || n), 'masked', '[]'::jsonb,
        'withheld', 0, 'rules', '["clinicians-read-their-patients"]'::jsonb, 'requestId', md5('q' || n), 'address', '198.51.100.7', 'caller',
        jsonb_build_object('kind', 'user', 'user', jsonb_build_object('id', person, 'name', 'Dr Bench', 'fhirUser', 'Practitioner/x'), 'roles', '["physician"]'::jsonb,
          'purposes', '[]'::jsonb, 'client', jsonb_build_object('id', 'app', 'name', 'App'))) FROM made`);
}

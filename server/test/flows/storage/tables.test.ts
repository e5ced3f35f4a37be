/** The table families on a real database, as the runtime role. */

import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addMissingRecords, type NewAuditRecord } from '../../../src/storage/audit-copy.ts';
import { auditRecordById, searchAuditRecords } from '../../../src/storage/audit-records.ts';
import { clientById, insertClient, listClients, setClientDisabled } from '../../../src/storage/clients.ts';
import { deleteUnusedLaunchContexts, insertLaunchContext, launchContextByGrant } from '../../../src/storage/launch-contexts.ts';
import { socketConnect } from '../../../src/storage/managed.ts';
import { migrate } from '../../../src/storage/migrations.ts';
import * as payloads from '../../../src/storage/oidc-payloads.ts';
import { ensurePartitions } from '../../../src/storage/partitions.ts';
import * as people from '../../../src/storage/people.ts';
import { openPool } from '../../../src/storage/pool.ts';
import { insertRelation, relationsOf, replaceRelations } from '../../../src/storage/relations.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type TestDatabase, testDatabase, testStorage } from '../../../src/storage/testing.ts';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  storage = await database.open();
});

afterAll(() => database.drop());

const owner = () => openPool(socketConnect(() => database.host, database.database)('owner'), 1);

describe('the runtime role', () => {
  test('R-162 can add to the audit trail and read it, and change nothing of it', async () => {
    await add(storage, [event(1)]);
    for (const statement of [
      'UPDATE audit_record SET outcome = $$permit$$',
      'DELETE FROM audit_record',
      'TRUNCATE audit_record',
      'DROP TABLE audit_record',
      'ALTER TABLE audit_record DISABLE TRIGGER ALL',
      'DELETE FROM audit_record_default',
      'UPDATE audit_patient SET place = 7',
      'DELETE FROM audit_patient',
      'TRUNCATE audit_patient_default',
      'CREATE TABLE mine (x int)',
      'SET ROLE fireguard_owner',
      `GRANT DELETE ON audit_record TO fireguard_runtime`,
    ]) {
      const refused = await sql
        .raw(statement)
        .execute(storage.db)
        .then(
          (result) => `ran: ${JSON.stringify(result.rows)}`,
          (error: { code?: string }) => error.code,
        );
      // GRANT by who may not grant is a warning and changes nothing; the next line proves it.
      if (!statement.startsWith('GRANT')) expect(refused, statement).toBe('42501');
    }
    await expect(sql`DELETE FROM audit_record`.execute(storage.db)).rejects.toMatchObject({ code: '42501' });
    const { rows } = await sql<{ role: string }>`SELECT session_user::text AS role`.execute(storage.db);
    expect(rows).toEqual([{ role: 'fireguard_runtime' }]);
    expect((await searchAuditRecords(storage.db, {})).rows).toHaveLength(1);
  });
});

describe('migrations and partitions', () => {
  test('run again, they change nothing', async () => {
    const db = owner();
    await migrate(db);
    await ensurePartitions(db, new Date());
    await ensurePartitions(db, new Date());
    await db.destroy();
  });

  test('a database of a newer Fireguard is refused in one line', async () => {
    const other = await testDatabase();
    const db = openPool(socketConnect(() => other.host, other.database)('owner'), 1);
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('2099-01-future', '2099-01-01')`.execute(db);
    await expect(migrate(db)).rejects.toThrow(/made by a newer Fireguard/);
    await db.destroy();
    await other.drop();
  });

  test('a record of a month that has no partition is kept, and moved when its month is made', async () => {
    await add(storage, [event(7, { recorded: '2031-05-15T10:00:00Z' })]);
    const db = owner();
    const where = async () =>
      (
        await sql<{
          place: string;
        }>`SELECT tableoid::regclass::text AS place FROM audit_record WHERE record_id = 'record-7'`.execute(db)
      ).rows[0]!.place;
    expect(await where()).toBe('audit_record_default');
    await ensurePartitions(db, new Date('2031-04-30T23:59:59Z'));
    expect(await where()).toBe('audit_record_2031_05');
    await expect(sql`DELETE FROM audit_record_2031_05`.execute(storage.db)).rejects.toMatchObject({ code: '42501' });
    await db.destroy();
  });
});

describe('people and clients', () => {
  test('are made once and changed by id', async () => {
    const person = {
      id: 'p1',
      username: 'anna',
      name: 'Anna',
      password_hash: '$argon2id$x',
      roles: ['nurse'],
      disabled: false,
    };
    expect(await people.insertPerson(storage.db, person)).toMatchObject({ username: 'anna', fhir_user: null });
    expect(await people.insertPerson(storage.db, { ...person, id: 'p2' })).toBeUndefined();
    expect(await people.setPersonDisabled(storage.db, 'p1', true)).toBe(true);
    expect(await people.setPersonRoles(storage.db, 'p1', ['physician', 'nurse'])).toBe(true);
    expect(await people.setPersonFhirUser(storage.db, 'p1', 'Practitioner/1')).toBe(true);
    expect(await people.setPersonDisabled(storage.db, 'nobody', true)).toBe(false);
    expect(await people.personByUsername(storage.db, 'anna')).toMatchObject({
      disabled: true,
      roles: ['physician', 'nurse'],
      fhir_user: 'Practitioner/1',
    });
    expect(await people.personByUsername(storage.db, 'ANNA')).toBeUndefined();
    expect(await people.listPeople(storage.db)).toHaveLength(1);
  });

  test('clients keep their public keys', async () => {
    const jwks = { keys: [{ kty: 'EC', kid: 'k' }] };
    const client = {
      id: 'app',
      name: 'App',
      kind: 'asymmetric' as const,
      scope: 'openid',
      jwks: JSON.stringify(jwks),
      redirect_uris: ['http://localhost/cb'],
      roles: [],
      disabled: false,
    };
    expect(await insertClient(storage.db, client)).toMatchObject({ jwks });
    expect(await insertClient(storage.db, client)).toBeUndefined();
    await setClientDisabled(storage.db, 'app', true);
    expect((await clientById(storage.db, 'app'))?.disabled).toBe(true);
    expect(await listClients(storage.db)).toHaveLength(1);
  });
});

describe('oidc payloads', () => {
  const record = (id: string, more: Partial<payloads.NewOidcPayload> = {}): payloads.NewOidcPayload => ({
    kind: 'AccessToken',
    id,
    payload: { jti: id, accountId: 'p1', grantId: 'g1', scope: 'openid' },
    grantId: 'g1',
    uid: null,
    userCode: null,
    expiresAt: new Date(Date.now() + 60_000),
    ...more,
  });

  test('R-048 the database holds nothing that works as a token', async () => {
    const secret = 'token-5f1f8a1c9f8e4e0d';
    await payloads.upsertPayload(
      storage.db,
      record(secret, {
        userCode: 'user-code-77',
        uid: 'uid-88',
        payload: { jti: secret, userCode: 'user-code-77', scope: 's' },
      }),
    );
    const { rows } = await sql<{ all: string }>`SELECT oidc_payload::text AS all FROM oidc_payload`.execute(storage.db);
    const everything = rows.map(({ all }) => all).join('\n');
    for (const value of [secret, 'user-code-77', 'uid-88']) expect(everything).not.toContain(value);
    expect(await payloads.findPayload(storage.db, 'AccessToken', secret)).toEqual({ jti: secret, scope: 's' });
    expect(await payloads.findPayloadByUserCode(storage.db, 'AccessToken', 'user-code-77')).toEqual({
      userCode: 'user-code-77',
      scope: 's',
    });
    expect(await payloads.findPayloadByUid(storage.db, 'AccessToken', 'uid-88')).toEqual({ scope: 's' });
    expect(await payloads.findPayload(storage.db, 'RefreshToken', secret)).toBeUndefined();
    await payloads.destroyPayload(storage.db, 'AccessToken', secret);
    expect(await payloads.findPayload(storage.db, 'AccessToken', secret)).toBeUndefined();
  });

  test('are used up by exactly one of many', async () => {
    await payloads.upsertPayload(storage.db, record('code', { kind: 'AuthorizationCode' }));
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => payloads.consumePayload(storage.db, 'AuthorizationCode', 'code')),
    );
    expect(outcomes.filter(({ consumed }) => consumed)).toHaveLength(1);
    expect(new Set(outcomes.map(({ grantId }) => grantId))).toEqual(new Set(['g1']));
    expect(await payloads.findPayload(storage.db, 'AuthorizationCode', 'code')).toMatchObject({ consumed: expect.any(Number) });
    await payloads.upsertPayload(storage.db, record('code', { kind: 'AuthorizationCode' }));
    expect(await payloads.findPayload(storage.db, 'AuthorizationCode', 'code')).toMatchObject({ consumed: expect.any(Number) });
    expect(await payloads.consumePayload(storage.db, 'AuthorizationCode', 'never')).toEqual({ consumed: false, grantId: null });
  });

  test('an assertion id can be inserted by one of many', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () =>
        payloads.insertPayload(storage.db, record('jti', { kind: 'ReplayDetection', grantId: null })),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  test('what has expired is not found, and swept', async () => {
    await payloads.upsertPayload(storage.db, record('old', { expiresAt: new Date(Date.now() - 1) }));
    expect(await payloads.findPayload(storage.db, 'AccessToken', 'old')).toBeUndefined();
    expect(await payloads.deleteExpired(storage.db, new Date())).toBe(1);
  });

  test('of a grant, are listed and revoked by kind', async () => {
    await payloads.upsertPayload(storage.db, record('a1', { grantId: 'g9' }));
    await payloads.upsertPayload(
      storage.db,
      record('r1', {
        grantId: 'g9',
        kind: 'RefreshToken',
        payload: { accountId: 'p9', sessionUid: 's9', expiresWithSession: true },
      }),
    );
    expect((await payloads.payloadsOfGrant(storage.db, 'g9')).map(({ kind }) => kind).sort()).toEqual([
      'AccessToken',
      'RefreshToken',
    ]);
    expect(await payloads.grantsOfSession(storage.db, 'p9', 's9')).toEqual(['g9']);
    expect(await payloads.grantsOfSession(storage.db, 'p9', 'other')).toEqual([]);
    expect(await payloads.revokePayloadsByGrant(storage.db, 'AccessToken', 'g9')).toHaveLength(1);
    expect(await payloads.findPayload(storage.db, 'AccessToken', 'a1')).toBeUndefined();
    expect(await payloads.findPayload(storage.db, 'RefreshToken', 'r1')).toBeDefined();
  });
});

describe('the rest', () => {
  test('launch contexts', async () => {
    await insertLaunchContext(storage.db, { grant_id: 'g', client_id: 'app', person_id: 'p1', patient: '1', encounter: null });
    await insertLaunchContext(storage.db, { grant_id: 'g', client_id: 'app', person_id: 'p1', patient: '2', encounter: null });
    expect(await launchContextByGrant(storage.db, 'g')).toMatchObject({ patient: '2' });
    expect(await launchContextByGrant(storage.db, 'h')).toBeUndefined();
    const old = { client_id: 'app', person_id: null, patient: '3', encounter: null, created_at: '2020-01-01' };
    await insertLaunchContext(storage.db, { ...old, grant_id: 'used' });
    await insertLaunchContext(storage.db, { ...old, grant_id: 'unused' });
    await payloads.upsertPayload(storage.db, {
      kind: 'RefreshToken',
      id: 'x',
      payload: {},
      grantId: 'used',
      uid: null,
      userCode: null,
      expiresAt: null,
    });
    expect(await deleteUnusedLaunchContexts(storage.db)).toBe(1);
    expect(await launchContextByGrant(storage.db, 'used')).toBeDefined();
    expect(await launchContextByGrant(storage.db, 'g')).toBeDefined();
  });

  test('relations are replaced as a whole', async () => {
    await insertRelation(storage.db, 'p1', { patient: 'Patient/1', relation: 'care-team' });
    await insertRelation(storage.db, 'p1', { patient: 'Patient/1', relation: 'care-team' });
    expect(await relationsOf(storage.db, 'p1')).toHaveLength(1);
    await replaceRelations(storage.db, 'p1', [
      { patient: 'Patient/3', relation: 'parent' },
      { patient: 'Patient/2', relation: 'parent' },
    ]);
    expect(await relationsOf(storage.db, 'p1')).toEqual([
      { patient: 'Patient/2', relation: 'parent' },
      { patient: 'Patient/3', relation: 'parent' },
    ]);
    await replaceRelations(storage.db, 'p1', []);
    expect(await relationsOf(storage.db, 'p1')).toEqual([]);
  });

  test('a key is made once, however many nodes ask at once', async () => {
    let made = 0;
    const make = () => ({ id: `key-${++made}`, jwk: { kty: 'oct', k: 'x' } });
    const all = await Promise.all(Array.from({ length: 8 }, () => storage.keys.keysFor('cookie', make)));
    expect(made).toBe(1);
    expect(new Set(all.map((keys) => keys.map(({ id }) => id).join()))).toEqual(new Set(['key-1']));
  });

  test('audit records: repeated batches change nothing; searched by each condition; paged without gaps', async () => {
    const fresh = await testStorage();
    try {
      const events = Array.from({ length: 25 }, (_, index) =>
        event(index, {
          recorded: `2026-11-0${1 + (index % 3)}T10:00:00Z`,
          patients: [{ patient: `${index % 2}`, place: 0 }],
          outcome: index % 5 === 0 ? 'deny' : 'permit',
          person_id: `p${index % 4}`,
        }),
      );
      await add(fresh, events);
      await add(fresh, [...events, event(99)]);
      expect((await searchAuditRecords(fresh.db, { count: 1_000 })).rows).toHaveLength(26);
      expect((await searchAuditRecords(fresh.db, { patient: '1' })).rows).toHaveLength(12);
      expect((await searchAuditRecords(fresh.db, { patient: '0', outcome: 'deny' })).rows).toHaveLength(3);
      expect((await searchAuditRecords(fresh.db, { personId: 'p3' })).rows).toHaveLength(6);
      expect(
        (await searchAuditRecords(fresh.db, { from: new Date('2026-11-02'), to: new Date('2026-11-03') })).rows,
      ).toHaveLength(8);
      const seen: string[] = [];
      let place: Awaited<ReturnType<typeof searchAuditRecords>>['next'];
      do {
        const page = await searchAuditRecords(fresh.db, { count: 4, ...(place === undefined ? {} : { after: place }) });
        seen.push(...page.rows.map(({ record_id }) => record_id));
        place = page.next;
      } while (place !== undefined);
      expect(seen).toHaveLength(26);
      expect(new Set(seen).size).toBe(26);
      expect(await auditRecordById(fresh.db, 'record-3')).toMatchObject({ sequence: '4', record: { requestId: 'r' } });
    } finally {
      await fresh.close();
    }
  });

  test('a test database comes in a moment', async () => {
    const began = performance.now();
    const fresh = await testStorage();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(fresh.healthy()).toBe(true);
    await fresh.close();
  });
});

async function add(to: Storage, records: readonly NewAuditRecord[]): Promise<void> {
  const client = new pg.Client(to.connection());
  await client.connect();
  await addMissingRecords(client, records).finally(() => client.end());
}

function event(number: number, more: Partial<NewAuditRecord> = {}): NewAuditRecord {
  return {
    record_id: `record-${number}`,
    node: 'n/1',
    sequence: number + 1,
    hash: 'ab',
    recorded: '2026-11-20T00:00:00Z',
    kind: 'request',
    outcome: 'permit',
    action: 'read',
    resource_type: 'Patient',
    patients: [{ patient: '9', place: 0 }],
    person_id: null,
    client_id: null,
    record: '{"requestId":"r"}',
    ...more,
  };
}

/** Keys at rest: sealed in the database, sealed anew at every start, and refused when they do not open. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keySeal } from '../../../src/storage/key-seal.ts';
import { socketConnect } from '../../../src/storage/managed.ts';
import { sealSecrets } from '../../../src/storage/seal-file.ts';
import { openDatabase, type Storage } from '../../../src/storage/storage.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';
import { loadKeys } from '../../../src/token/keys.ts';

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const start = (...secrets: [Uint8Array, ...Uint8Array[]]): Promise<Storage> =>
  openDatabase(
    socketConnect(() => database.host, database.database),
    { node: 'a', poolSize: 2, seal: keySeal(secrets) },
  );

async function stored(storage: Storage): Promise<string> {
  return JSON.stringify(await storage.db.selectFrom('key').select(['jwk']).execute());
}

test('no private key lies there as it is, and a new secret takes over without another key', async () => {
  const one = await start(first);
  const keys = await loadKeys(one.keys);
  const text = await stored(one);
  expect(text).not.toMatch(/"(d|k|p|q|kty)"/);
  for (const key of keys.signing) expect(text).not.toContain(String(key['d']));
  await one.close();

  const two = await start(second, first);
  expect(await loadKeys(two.keys)).toEqual(keys);
  await two.close();
  // Sealed by the new one at that start: the old one can go.
  const three = await start(second);
  expect(await loadKeys(three.keys)).toEqual(keys);
  expect(await stored(three)).not.toBe(text);
  await three.close();
});

test('a secret that opens nothing stops the start, in words', async () => {
  await expect(start(Buffer.alloc(32, 9))).rejects.toThrow(/does not open.*storage\.keySeals/);
});

test('a key that somebody slipped in as it is stops the start, and signs nothing', async () => {
  const running = await start(second);
  const jwk = JSON.stringify({ kty: 'oct', k: 'mine' });
  await sql`INSERT INTO key (id, purpose, jwk) VALUES ('evil', 'cookie', ${jwk}::jsonb)`.execute(running.db);
  await expect(loadKeys(running.keys)).rejects.toThrow(/does not open/);
  await expect(start(second)).rejects.toThrow(/does not open/);
  await sql`DELETE FROM key WHERE id = 'evil'`.execute(running.db);
  await running.close();
});

test('keys from before there was a seal are sealed at the first start', async () => {
  const before = await testDatabase();
  const jwk = { kty: 'oct', k: 'from-before' };
  const open = () =>
    openDatabase(
      socketConnect(() => before.host, before.database),
      { node: 'a', poolSize: 2, seal: keySeal([first]) },
    );
  const old = await open();
  await sql`INSERT INTO key (id, purpose, jwk) VALUES ('old', 'cookie', ${JSON.stringify(jwk)}::jsonb)`.execute(old.db);
  await old.close();
  const now = await open();
  expect((await now.keys.keysFor('cookie', () => ({ id: 'no', jwk: {} }))).map((key) => key.jwk)).toEqual([jwk]);
  expect(await stored(now)).not.toContain('from-before');
  await now.close();
  await before.drop();
});

test('the secret of the home folder is made once, for its owner alone', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-seal-'));
  try {
    const made = await sealSecrets(home);
    const file = path.join(home, 'key-seal');
    expect([statSync(file).mode & 0o777, await sealSecrets(home)]).toEqual([0o600, made]);
    writeFileSync(file, `${'n'.repeat(40)}\n${readFileSync(file, 'utf8')}`);
    expect((await sealSecrets(home)).length).toBe(2);
    writeFileSync(file, 'short\n');
    await expect(sealSecrets(home)).rejects.toThrow(/32 characters/);
    await expect(sealSecrets(home, [])).rejects.toThrow(/32 characters/);
  } finally {
    rmSync(home, { recursive: true });
  }
});

/**
 * Two roles, because whoever serves requests must not be able to rewrite the audit trail: `fireguard_owner` owns schema and tables,
 * `fireguard_runtime` gets what the migrations grant it. Made once, by an account that may.
 */
import pg from 'pg';
import { roleName, schema } from './connection.ts';
import { StorageError } from './storage-error.ts';

const owner = roleName('owner');
const runtime = roleName('runtime');

/** What a database administrator can run where our own account may not. */
export const roleStatements: readonly string[] = [
  `CREATE ROLE ${owner} NOLOGIN`,
  `CREATE ROLE ${runtime} NOLOGIN`,
  `GRANT ${owner}, ${runtime} TO <the account in the URL>`,
  `CREATE SCHEMA ${schema} AUTHORIZATION ${owner}`,
  `GRANT USAGE ON SCHEMA ${schema} TO ${runtime}`,
];

/** Makes what is missing of roles and schema, in the database that `client` is connected to. `login`: may the roles connect themselves (managed)? */
export async function ensureRoles(client: pg.Client, login: boolean): Promise<void> {
  // Several nodes may start at once on one database; roles are shared by all databases of a server.
  await client.query(`SELECT pg_advisory_lock(hashtext('fireguard roles'))`);
  try {
    const { rows } = await client.query<{ version: number }>(`SELECT current_setting('server_version_num')::int AS version`);
    // From 16 on membership alone does not mean that one may become the role.
    const may = rows[0]!.version >= 160_000 ? 'SET' : 'MEMBER';
    for (const role of [owner, runtime]) {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      if (rowCount === 0) await client.query(`CREATE ROLE ${role} ${login ? 'LOGIN' : 'NOLOGIN'}`).catch(tolerateTwin);
      const member = await client.query<{ may: boolean }>(`SELECT pg_has_role(current_user, $1, $2) AS may`, [role, may]);
      if (!login && member.rows[0]?.may !== true) await client.query(`GRANT ${role} TO CURRENT_USER`);
    }
    const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (rowCount === 0) {
      await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${owner}`);
      await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${runtime}`);
    }
  } catch (cause) {
    if ((cause as { code?: string }).code !== '42501') throw cause;
    const message = `the database account may not make Fireguard's roles and schema. Have an administrator run: ${roleStatements.join('; ')}`;
    throw new StorageError(message, { cause });
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtext('fireguard roles'))`).catch(() => undefined);
  }
}

/** Another deployment on the same server made the role between our question and our statement (the lock is per database). */
function tolerateTwin(error: { code?: string }): void {
  if (error.code !== '42710' && error.code !== '23505') throw error;
}

/** INVARIANT: the runtime connection cannot change or remove audit rows. Refuses to start otherwise, whatever an administrator granted. */
export async function checkRuntime(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; may: boolean; super: boolean }>(
      `SELECT current_user AS name, has_table_privilege('audit_record', 'UPDATE, DELETE, TRUNCATE')
                OR has_table_privilege('audit_patient', 'UPDATE, DELETE, TRUNCATE') AS may,
              (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super`,
    );
    const found = rows[0]!;
    if (found.name !== runtime || found.may || found.super) {
      throw new StorageError(
        `the database lets Fireguard's runtime role (${found.name}) change audit rows: revoke UPDATE, DELETE and TRUNCATE on ${schema}.audit_record and ${schema}.audit_patient from it`,
      );
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fireguard as an operator would run it: `fireguard serve` with one file, all in one process or each part in its own, on one database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { freePort } from '../../../src/http/free-port.ts';
import { parts, type Role } from '../../../src/start/role.ts';
import { superuser } from '../../../src/storage/managed/cluster-files.ts';
import { testDatabase } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';

export const KEY = 'd'.repeat(40);

export interface Parts {
  readonly ward: Ward;
  readonly issuer: string;
  readonly fhir: string;
  readonly doors: string;
  /** Where AuditEvents have their own address, by the path of the FHIR base. */
  readonly audit: string;
  /** Of the authorization server. */
  readonly adminToken: string;
  start(role: Role): Promise<void>;
  /** SIGKILL. */
  kill(role: Role): Promise<void>;
  close(): Promise<void>;
}

export async function startParts(apart: boolean): Promise<Parts> {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-parts-'));
  const [place, database] = await Promise.all([ward(), testDatabase()]);
  const [pages, api, doors, audit] = [
    await freePort('localhost'),
    await freePort('127.0.0.1'),
    await freePort('127.0.0.1'),
    await freePort('127.0.0.1'),
  ];
  const config = {
    profile: 'development',
    home,
    http: { pages: { port: pages }, api: { port: api }, decisionPoint: { port: doors }, auditRepository: { port: audit } },
    upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
    decisionPoint: { doors: [{ id: 'his', key: KEY, scope: 'user/*.cruds' }] },
    storage: {
      mode: 'external',
      url: `postgresql://${superuser}@localhost/${database.database}?host=${encodeURIComponent(database.host)}`,
      keySeals: ['the secret of all the parts, long enough'],
    },
    log: { level: 'error' },
  } satisfies ConfigInput;
  const file = path.join(home, 'fireguard.yaml');
  writeFileSync(file, JSON.stringify(config));
  const running = new Map<Role, ChildProcess>();
  const start = async (role: Role) => void running.set(role, await served(file, role));
  const kill = async (role: Role) => {
    const child = running.get(role);
    running.delete(role);
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  if (apart) await Promise.all(parts.map(start));
  else await start('all');
  return {
    ward: place,
    issuer: `http://localhost:${pages}`,
    fhir: `http://127.0.0.1:${api}/fhir`,
    doors: `http://127.0.0.1:${doors}`,
    audit: `http://127.0.0.1:${audit}/fhir`,
    adminToken: readFileSync(path.join(home, apart ? 'authorization-server' : '', 'admin-token'), 'utf8').trim(),
    start,
    kill,
    async close() {
      await Promise.all([...running.keys()].map(kill));
      await place.server.close();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function served(file: string, role: Role): Promise<ChildProcess> {
  const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=fireguard-source', main, 'serve', '--config', file, ...(role === 'all' ? [] : ['--role', role])],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let told = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (/^Home /m.test(told)) resolve();
    });
    child.once('exit', () => reject(new Error(`${role} ended: ${told}`)));
  });
  return child;
}
